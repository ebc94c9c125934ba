"""The demo's rooms: people who know each other, in the middle of a week."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Model, QuerySet

from chatcore.demo import Demo, DemoPart, delete_without_trace, register_demo, remembered
from chatcore.models import User
from rooms.models import ChatRoom, RoomMessage, RoomParticipant
from rooms.services.messages import draft_of, say
from rooms.services.reading import mark_read
from rooms.services.rooms import create_room


class Line(NamedTuple):
    """Who says what; `to` counts back to the line it replies to."""

    who: str
    words: str
    to: int = 0


class Room(NamedTuple):
    """The first of `people` makes the room; `unread` lines are new to everybody but the speaker."""

    key: str
    people: tuple[str, ...]
    columns: dict[str, Any]
    lines: tuple[Line, ...]
    unread: int = 0


ROOMS = (
    Room(
        "reading-circle",
        ("mira", "jonas", "sofia", "nadia"),
        {
            "name": "Reading circle",
            "description": "A chapter a week, and no spoilers before Thursday.",
            "room_type": "group",
        },
        (
            Line("mira", "Who has started? I read chapter one on the tram and missed my stop."),
            Line("jonas", "Two chapters in. I could nearly smell the tar of the harbour."),
            Line("sofia", "No spoilers past chapter one, please, I only have tonight."),
            Line("mira", "Promise. But do ask the book something, it quotes the very line.", 2),
            Line("nadia", "It told me where it stands, too. Paragraph and all."),
            Line("jonas", "Thursday at eight, as usual? I'll bring the cardamom buns."),
            Line("sofia", "Eight works for me.", 1),
            Line("mira", "Eight! And two buns for me, the tram ride was long."),
        ),
        unread=2,
    ),
    Room(
        "support-exports",
        ("jonas", "tomas"),
        {
            "name": "My export stops at 99 %",
            "description": "",
            "room_type": "support",
            "is_private": True,
            "issue_id": "CC-1042",
            "issue_description": "The export of a long dialogue stops shortly before its end.",
        },
        (
            Line("jonas", "Hi, I tried to export a dialogue as Markdown and it stops at 99 %."),
            Line("tomas", "Good morning Jonas, Tomáš here. How long is the dialogue, roughly?"),
            Line("jonas", "About 300 messages. The short ones export fine."),
            Line("tomas", "Thanks, that helps. The job waits for one last attachment."),
            Line("tomas", "I started it again without the attachment. Could you try the link?"),
            Line("jonas", "Got it, all 300 are there. Thank you!", 1),
            Line("tomas", "Glad to hear it. I leave this open until the attachment is sorted out."),
        ),
        unread=1,
    ),
    Room(
        "handover",
        ("sofia", "tomas", "nadia"),
        {
            "name": "Shift handover",
            "description": "What the next shift has to know, in three lines or fewer.",
            "room_type": "group",
            "is_private": True,
            "guest_access_allowed": False,
        },
        (
            Line("sofia", "Quiet night. Two tickets waiting, none of them urgent."),
            Line("tomas", "CC-1042 is mine: a slow export, the person is happy for now."),
            Line("nadia", "I take the sign-in question, it smells like a clock that runs late."),
            Line("sofia", "Thanks, both. I am around until noon if anything comes up to my level."),
            Line("nadia", "It was the clock. Eleven minutes! Code accepted, ticket closed.", 2),
        ),
        unread=1,
    ),
    Room(
        "mira-jonas",
        ("mira", "jonas"),
        {"room_type": "direct"},
        (
            Line("mira", "Are you really bringing cardamom buns, or was that for the audience?"),
            Line("jonas", "Real buns. The dough is already resting."),
            Line("mira", "Then I take back everything I said about your taste in chapter titles."),
            Line("jonas", "I'll have that in writing. Oh, wait."),
        ),
        unread=1,
    ),
)


def make(demo: Demo) -> None:
    for room in ROOMS:
        if all(name in demo.people for name in room.people):
            demo.once(f"rooms/{room.key}", partial(_open, demo, room))


def _open(demo: Demo, room: Room) -> Model:
    maker, *others = (demo.people[name] for name in room.people)
    place = create_room(by=maker, members=[other.pk for other in others], **room.columns)
    said: list[UUID] = []
    for line in room.lines:
        reply_to = said[-line.to] if line.to else None
        said.append(_say(place.room_id, demo.people[line.who], line.words, reply_to))
    for name in room.people:
        mark_read(user_id=demo.people[name].pk, room_id=place.room_id, seq=len(said) - room.unread)
    return place.room


def _say(room: UUID, who: User, words: str, reply_to: UUID | None) -> UUID:
    return say(draft_of(room=room, sender=who.pk, content=words, reply_to=reply_to)).id


def remove(demo: Demo) -> None:
    """The demo's rooms, and those its people made among themselves; other rooms change hands."""
    people = demo.people_ids
    _delete_rooms(rooms_that_go(people))
    for room in ChatRoom.objects.filter(creator__in=people):
        _hand_over(demo, room)
    demo.stay |= set(
        RoomMessage.objects.filter(sender__in=people).values_list("sender_id", flat=True).distinct()
    )


def rooms_that_go(people: Sequence[UUID]) -> list[UUID]:
    """The demo's own rooms, and those of its people in which nobody else is, or was."""
    among_themselves = ChatRoom.objects.filter(creator__in=people).exclude(
        pk__in=_with_others(people)
    )
    return [*remembered(ChatRoom), *among_themselves.values_list("pk", flat=True)]


def _with_others(people: Sequence[UUID]) -> QuerySet[RoomParticipant, UUID]:
    """The rooms in which somebody else is, or was."""
    others = RoomParticipant.objects.exclude(user__in=people)
    return others.values_list("room_id", flat=True)


def _delete_rooms(rooms: list[UUID]) -> None:
    delete_without_trace(RoomMessage.objects.filter(room__in=rooms))
    delete_without_trace(RoomParticipant.objects.filter(room__in=rooms))
    delete_without_trace(ChatRoom.objects.filter(pk__in=rooms))


def _hand_over(demo: Demo, room: ChatRoom) -> None:
    """The room is somebody else's now: a moderator's, or whoever came first."""
    places = RoomParticipant.objects.filter(room=room).exclude(user__in=demo.people_ids)
    heir = places.filter(role="moderator").order_by("joined_at").first()
    heir = heir or places.order_by("joined_at").first()
    if heir is not None:
        ChatRoom.objects.filter(pk=room.pk).update(creator=heir.user_id)
        demo.kept.append(f"The room “{room}” stays, since others are in it.")


register_demo(DemoPart("rooms", 30, make, remove))
