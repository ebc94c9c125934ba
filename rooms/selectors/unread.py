"""What is unread: a subtraction for everybody, also for those who do not get every message.

A room counts the messages that guests, and that members, do not get; a participant keeps those counters
as they stood at the read marker. Equal to a recount by construction, at the cost of one row.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.db.models.expressions import RawSQL

from chatcore.models import User
from rooms.models import PRESENT, Audience, ChatRoom, Role, RoomParticipant
from rooms.selectors.readers import CLEARANCE_SQL, clearance_of

# For a participant `p` with the account `a` in the room `c`.
UNREAD_SQL = f"""(c.last_seq - p.last_read_seq - CASE {CLEARANCE_SQL}
  WHEN {Audience.EVERYONE:d} THEN c.guest_hidden - p.read_guest_hidden
  WHEN {Audience.MEMBERS:d} THEN c.member_hidden - p.read_member_hidden ELSE 0 END)"""
# How often somebody was named since; few rows at most, found by (user, room, seq).
MENTIONS_SQL = """
SELECT count(*) FROM room_mentions n WHERE n.user_id = room_participants.user_id
  AND n.room_id = room_participants.room_id AND n.seq > room_participants.last_read_seq
  AND n.audience <= CASE room_participants.role WHEN 'guest' THEN 0 ELSE %s END"""


def unread_of(room: ChatRoom, place: RoomParticipant, user: User) -> int:
    """The unread messages of one participant."""
    between = room.last_seq - place.last_read_seq
    clearance = clearance_of(user.account_type, place.role)
    if clearance == Audience.EVERYONE:
        return between - (room.guest_hidden - place.read_guest_hidden)
    if clearance == Audience.MEMBERS:
        return between - (room.member_hidden - place.read_member_hidden)
    return between


def unread_in(user: User, rooms: Iterable[UUID]) -> dict[UUID, int]:
    """By room, for those of them that they are in; one query."""
    places = RoomParticipant.objects.filter(user=user, room__in=list(rooms), status__in=PRESENT)
    return dict(with_unread(places, user).values_list("room_id", "unread"))


def with_unread(places: QuerySet[RoomParticipant], user: User) -> QuerySet[Any]:
    """The places of `user`, each with `unread` and `unread_mentions`."""
    between = F("room__last_seq") - F("last_read_seq")
    guest = F("room__guest_hidden") - F("read_guest_hidden")
    member = F("room__member_hidden") - F("read_member_hidden")
    own = clearance_of(user.account_type, Role.MEMBER)
    hidden = {Audience.EVERYONE: guest, Audience.MEMBERS: member}.get(own, Value(0))
    as_guest = When(role=Role.GUEST, then=guest)
    return places.annotate(
        unread=between - Case(as_guest, default=hidden, output_field=IntegerField()),
        unread_mentions=RawSQL(MENTIONS_SQL, [own], output_field=IntegerField()),  # noqa: S611
    )
