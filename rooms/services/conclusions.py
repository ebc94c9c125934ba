"""How a conversation ends: outcome and summary, and what its customer thought of it."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from chatcore.errors import Conflict, Forbidden, Invalid
from chatcore.models import User
from chatcore.selectors.permissions import require
from rooms.models import (
    HELD,
    ChatRoom,
    Escalation,
    EventKind,
    Outcome,
    RoomConclusion,
    RoomStatus,
    RoomType,
)
from rooms.selectors.access import RoomAccess, standing_in
from rooms.selectors.conclusions import conclusion_of, rooms_of_matter
from rooms.selectors.escalation_access import works_in_support
from rooms.selectors.escalations import of_room, open_escalation_of
from rooms.services.escalation_changes import locked, record
from rooms.services.escalation_states import cancel_escalation, resolve_escalation
from rooms.services.messages import say_system
from rooms.services.rooms import update_room


def conclude_room(
    *,
    access: RoomAccess,
    by: User,
    outcome: str | None = None,
    summary: str = "",
    rating: int | None = None,
    comment: str = "",
) -> RoomConclusion:
    """Conclude a conversation, rate it, or both. Its rooms are closed, what ran for it has ended.

    Concluded once, it takes a rating, and another rating, without an outcome. Raises Forbidden without
    `chat:room:conclude`, to who neither moderates nor supports nor is the customer, and to who would
    rate their own work; Conflict for a direct room; Invalid without an outcome the first time.
    """
    require(by, "chat:room:conclude")
    if access.room.room_type == RoomType.DIRECT:
        raise Conflict("A direct room does not end.", code="direct_room")
    with transaction.atomic():
        if outcome is not None:
            _refuse_concluding(access, by)
            _conclude(access.room, by, outcome, summary.strip())
        found = conclusion_of(access.room)
        if found is None:
            raise Invalid("Say how it ended.", errors={"outcome": ["This field is required."]})
        if rating is not None or comment:
            _rate(found, access, by, rating, comment.strip())
    return found


def _conclude(room: ChatRoom, by: User, outcome: str, summary: str) -> None:
    running = open_escalation_of(room.pk)
    if running is not None:
        _end(running, by, outcome, summary)
    latest = running or of_room(room.pk).last()
    columns: dict[str, Any] = {
        "outcome": outcome,
        "summary": summary,
        "concluded_by": by,
        "concluded_at": timezone.now(),
        "escalation": latest,
    }
    RoomConclusion.objects.update_or_create(room=room, defaults=columns)
    if latest is not None:
        record(latest, EventKind.CONCLUDED, by, note=summary, outcome=outcome)
    for each in rooms_of_matter(room):
        _close(each, by, outcome)


def _end(escalation: Escalation, by: User, outcome: str, summary: str) -> None:
    """Whoever may conclude the conversation thereby ends what runs for it."""
    row = locked(escalation.pk)
    mine = row.assigned_to_user_id == by.pk or by.can("chat:escalation:assign")
    if row.status in HELD and outcome == Outcome.RESOLVED and mine:
        resolve_escalation(row.pk, by=by, notes=summary)
    else:
        cancel_escalation(row.pk, by=by, reason=summary)


def _close(room: ChatRoom, by: User, outcome: str) -> None:
    if room.status != RoomStatus.ACTIVE:
        return
    say_system(
        room=room,
        by=by,
        text=f"{by.shown_name} has concluded this conversation: {outcome}.",
        metadata={"what": EventKind.CONCLUDED.value, "outcome": outcome},
    )
    update_room(access=standing_in(room), changes={"status": RoomStatus.CLOSED})


def _rate(
    found: RoomConclusion, access: RoomAccess, by: User, rating: int | None, comment: str
) -> None:
    worked = Escalation.objects.filter(
        target_room__in=rooms_of_matter(access.room), assigned_to_user=by
    )
    if worked.exists():
        raise Forbidden("Who has worked on it does not rate it.", code="own_work")
    if rating is None and found.rating is None:
        raise Invalid("A comment comes with a rating.", errors={"rating": ["Give 1 to 5."]})
    found.rating = rating or found.rating
    found.comment = comment or found.comment
    found.rated_by, found.rated_at = by, timezone.now()
    found.save()


def _refuse_concluding(access: RoomAccess, by: User) -> None:
    room = access.room
    opened = room.room_type == RoomType.SUPPORT and room.creator_id == by.pk
    customer = opened or of_room(room.pk).filter(customer=by).exists()
    if not (access.is_moderator or works_in_support(by) or customer):
        raise Forbidden("Only a moderator or its customer may conclude it.", code="not_a_moderator")
