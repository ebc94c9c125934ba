"""The words of rooms, for full-text search; see `chatcore.models.search`."""

from django.db import models

from chatcore.models.search import MessageWords, SearchMark, words_index
from rooms.models.messages import RoomMessage
from rooms.models.rooms import ChatRoom


class RoomMessageWords(MessageWords):
    message = models.OneToOneField(
        RoomMessage, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )

    class Meta:
        db_table = "room_message_words"
        indexes = [words_index("room_message_words_gin")]

    def __str__(self) -> str:
        return f"words of {self.message_id}"


class RoomSearchMark(SearchMark):
    conversation = models.OneToOneField(
        ChatRoom, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )

    class Meta:
        db_table = "room_search_marks"

    def __str__(self) -> str:
        return f"{self.conversation_id} up to {self.version}"
