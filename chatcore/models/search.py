"""What full-text search knows of messages: their words, beside them and not in them.

A table of its own, so that a sender never waits for an index of words: the worker reads what changed a
moment later (`chatcore.services.search_feed`). Not by month, since every search asks for all times: one
look into one index instead of one in every month. The rows go with their message, by the database.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class MessageWords(models.Model):
    """The lexemes of one message, and the keys of its conversation. Concrete models add `message`.

    The foreign key is made by migration, with ON DELETE CASCADE, which Django does not write.
    """

    lexemes = SearchVectorField()

    class Meta:
        abstract = True


class SearchMark(models.Model):
    """How far a conversation has been read: its `version` then. Concrete models add `conversation`."""

    version = models.BigIntegerField()
    # The stemmings that its words were written with; a reader with another makes it be read anew.
    configs = ArrayField(models.CharField(max_length=32))

    class Meta:
        abstract = True


def words_index(name: str) -> GinIndex:
    """For find_messages(): words and keys in one index. Without a list of pending rows: written in
    the background, it need not be quick to write, and readers would go through that list."""
    return GinIndex(fields=["lexemes"], name=name, fastupdate=False)
