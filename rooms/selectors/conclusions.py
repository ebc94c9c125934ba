"""How conversations ended."""

from typing import Any

from django.db.models import Q

from chatcore.errors import Conflict
from rooms.models import ChatRoom, Escalation, RoomConclusion, RoomType
from rooms.selectors.escalations import person_out

SUPPORT = (RoomType.SUPPORT, RoomType.ESCALATED)


def rooms_of_matter(room: ChatRoom) -> list[ChatRoom]:
    """A room and the support rooms that escalations tie to it, up and down: one conversation to its
    customer. A group from which somebody asked for help is not part of it."""
    found = {room.pk: room}
    edge = {room.pk}
    while edge:
        ties = Escalation.objects.filter(
            Q(source_room__in=edge) | Q(target_room__in=edge), target_room__isnull=False
        ).values_list("source_room_id", "target_room_id")
        near = {key for tie in ties for key in tie} - found.keys()
        rooms = ChatRoom.objects.filter(pk__in=near, room_type__in=SUPPORT)
        edge = {each.pk for each in rooms}
        found |= {each.pk: each for each in rooms}
    return sorted(found.values(), key=lambda each: str(each.pk))


def conclusion_of(room: ChatRoom) -> RoomConclusion | None:
    """The room's, or the latest of the rooms of its matter."""
    there = RoomConclusion.objects.select_related("concluded_by", "rated_by")
    own = there.filter(room=room).first()
    return own or there.filter(room__in=rooms_of_matter(room)).order_by("-concluded_at").first()


def conclusion_for(room: ChatRoom) -> RoomConclusion:
    """The same. Raises Conflict where it has not ended."""
    found = conclusion_of(room)
    if found is None:
        raise Conflict("This conversation goes on.", code="not_concluded")
    return found


def conclusion_out(conclusion: RoomConclusion) -> dict[str, Any]:
    return {
        "id": conclusion.pk,
        "room": conclusion.room_id,
        "escalation": conclusion.escalation_id,
        "outcome": conclusion.outcome,
        "summary": conclusion.summary,
        "concluded_by": person_out(conclusion.concluded_by),
        "concluded_at": conclusion.concluded_at,
        "rating": conclusion.rating,
        "comment": conclusion.comment,
        "rated_by": person_out(conclusion.rated_by),
        "rated_at": conclusion.rated_at,
    }
