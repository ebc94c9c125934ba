"""The idea everything hangs on: a conversation is an ordered log of messages.

The conversation row is the lock, the counter and the clock of its messages. `dialogues` and `rooms`
give these abstract models their tables; `chatcore.services.append` is the only writer.
"""

from django.db import models

from chatcore.ids import uuid7

CONTENT_MAX = 10_000


class Conversation(models.Model):
    """`last_seq` numbers messages without a hole; `version` numbers every change a reader must hear of."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    last_seq = models.BigIntegerField(default=0, editable=False)
    version = models.BigIntegerField(default=0, editable=False)
    # The version of the last change to the conversation's own attributes, so that a replay repeats it.
    own_version = models.BigIntegerField(default=0, editable=False)
    # No foreign key: it is the floor under the next id, and stays one when that message is erased.
    last_message_id = models.UUIDField(null=True, editable=False)
    last_message_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True


class Message(models.Model):
    """One entry. Concrete models add `id` (the partition key), their conversation and their columns."""

    seq = models.BigIntegerField(editable=False)
    # The change that last touched this message, and the one that made it.
    version = models.BigIntegerField(editable=False)
    created_version = models.BigIntegerField(editable=False)
    client_ref = models.UUIDField(null=True, editable=False)
    content = models.TextField(max_length=CONTENT_MAX, blank=True)
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True


class MessageRef(models.Model):
    """A sender's `client_ref`, kept as long as its message: the memory that refuses a repeat.

    A table of its own because a unique key on the partitioned messages would have to hold the month.
    Concrete models add `conversation`, with a foreign key that cascades, and the composite key
    (conversation, author, client_ref): one index, since this table gets a row with every message.
    """

    author_id = models.UUIDField()
    client_ref = models.UUIDField()
    message_id = models.UUIDField()
    fingerprint = models.UUIDField()

    class Meta:
        abstract = True
