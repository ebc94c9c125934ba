"""The words of dialogues, for full-text search; see `chatcore.models.search`."""

from django.db import models

from chatcore.models.search import MessageWords, SearchMark, words_index
from dialogues.models.messages import DialogueMessage
from dialogues.models.sessions import DialogueSession


class DialogueMessageWords(MessageWords):
    message = models.OneToOneField(
        DialogueMessage, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )

    class Meta:
        db_table = "dialogue_message_words"
        indexes = [words_index("dialogue_message_words_gin")]

    def __str__(self) -> str:
        return f"words of {self.message_id}"


class DialogueSearchMark(SearchMark):
    conversation = models.OneToOneField(
        DialogueSession, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )

    class Meta:
        db_table = "dialogue_search_marks"

    def __str__(self) -> str:
        return f"{self.conversation_id} up to {self.version}"
