"""A robot's words on their way into a room: passing, and only for those who get its message."""

from collections.abc import Iterable
from uuid import UUID, uuid5

from django.db import transaction

from chatcore.events import ReplyCompleted, ReplyEvent, ReplyFailed
from chatcore.frames import Frame
from chatcore.services.publish import publish_on_commit
from chatcore.services.speaking import (
    Speech,
    Underway,
    forget_text,
    frames_so_far,
    text_so_far,
)
from rooms.models import RobotInteraction, RoomMessage


def reply_id_of(turn: RobotInteraction) -> UUID:
    """The `client_ref` of its answer; one that is asked for again has another."""
    return uuid5(turn.pk, str(turn.replays))


def speech_of(turn: RobotInteraction) -> Speech:
    """For a turn whose message is there, empty."""
    answer = RoomMessage.objects.get(pk=turn.answer_id)
    return Speech(
        Underway(
            topic=_topic(turn.room_id),
            reply_id=reply_id_of(turn),
            question=turn.message_id,
            attempt=turn.attempts,
            message=answer.pk,
            message_seq=answer.seq,
            audience=answer.audience,
            slot=str(turn.pk),
        )
    )


def heard_so_far(turn: RobotInteraction) -> str:
    """The words that readers have by now."""
    so_far = text_so_far(_topic(turn.room_id), str(turn.pk))
    return so_far.text if so_far else ""


def running_frames(room: UUID, turns: Iterable[UUID]) -> list[Frame]:
    """For a late subscriber: the answers under way, each from its beginning."""
    found = [text_so_far(_topic(room), str(turn)) for turn in turns]
    return [frame for so_far in found if so_far for frame in frames_so_far(so_far)]


def tell_completed(turn: RobotInteraction) -> None:
    if answer := turn.answer:
        _end(turn, ReplyCompleted(reply_id=reply_id_of(turn), **_hearers(answer)))


def tell_failed(turn: RobotInteraction, code: str, detail: str) -> None:
    if answer := turn.answer:
        reply_id = reply_id_of(turn)
        failed = ReplyFailed(reply_id=reply_id, code=code, detail=detail, **_hearers(answer))
        _end(turn, failed)


def _end(turn: RobotInteraction, event: ReplyEvent) -> None:
    topic, slot = _topic(turn.room_id), str(turn.pk)
    publish_on_commit(topic, event)
    transaction.on_commit(lambda: forget_text(topic, slot))


def _hearers(answer: RoomMessage) -> dict[str, int]:
    return {"audience": answer.audience, "message_seq": answer.seq}


def _topic(room: UUID) -> str:
    return f"room:{room}"
