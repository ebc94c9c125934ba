"""What mails are made of: a transcript as its reader may have it, who is away, what waits to go."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from chatcore.frames import Sight
from chatcore.http.positions import Position
from chatcore.models import CurrentStatus, User
from chatcore.selectors.rows import fetch_rows
from chatcore.selectors.users import mail_addresses
from rooms.models import (
    HELD,
    OPEN,
    PRESENT,
    Audience,
    ChatRoom,
    Escalation,
    MailKind,
    MailState,
    OutgoingMail,
    RoomMessage,
    RoomParticipant,
)
from rooms.selectors.access import RoomAccess
from rooms.selectors.conclusions import rooms_of_matter
from rooms.selectors.messages import page_out, page_query

TRANSCRIPT_MOST = 2_000
_PAGE = 200
# The switch in a person's `chat_preferences`.
MAIL_NOTICES = "mail_notices"


@dataclass(slots=True)
class News:
    """What an agent who is away has not seen: escalations given to them, and new words of customers."""

    agent: User
    given: list[Escalation] = field(default_factory=list)
    unread: list[tuple[Escalation, RoomMessage]] = field(default_factory=list)

    @property
    def about(self) -> dict[str, Any]:
        return {
            "given": [str(each.pk) for each in self.given],
            "unread": {str(message.room_id): message.seq for _, message in self.unread},
        }

    def is_newer_than(self, told: dict[str, Any]) -> bool:
        """Whether something of it was not told before."""
        about, seen = self.about, told.get("unread", {})
        fresh = any(seq > seen.get(room, 0) for room, seq in about["unread"].items())
        return fresh or not set(about["given"]) <= set(told.get("given", []))


def transcript_of(user: User, room: ChatRoom) -> list[dict[str, Any]]:
    """Everything said in the rooms of a conversation that its reader is in, oldest first, at most the
    newest TRANSCRIPT_MOST. Private notes are in no transcript, whoever asks for it."""
    rooms = rooms_of_matter(room)
    places = RoomParticipant.objects.filter(room__in=rooms, user=user, status__in=PRESENT)
    said = [line for place in places.select_related("room", "user") for line in _said(place)]
    return sorted(said, key=lambda line: line["created_at"])[-TRANSCRIPT_MOST:]


def _said(place: RoomParticipant) -> Iterator[dict[str, Any]]:
    access = RoomAccess(place.room, place, place.user)
    sight = Sight(access.sight.first_visible, min(access.clearance, Audience.MEMBERS))
    after, more = max(place.room.last_seq - TRANSCRIPT_MOST, 0), True
    while more:
        where = Position(None, after, None, _PAGE)
        query = page_query(place.room_id, place.room.last_message_id, sight, where)
        page = page_out(query, fetch_rows(query.sql, query.parameters))
        yield from page["results"]
        more = page["has_more"]
        after = page["results"][-1]["seq"] if page["results"] else after


def transcripts_today(room: ChatRoom) -> int:
    since = timezone.now() - timedelta(days=1)
    return OutgoingMail.objects.filter(
        room=room, kind=MailKind.TRANSCRIPT, created_at__gte=since
    ).count()


def is_away(user: User, now: datetime) -> bool:
    """Without a socket for AGENT_MAIL_MINUTES, reachable by mail, and not opposed to it."""
    since = now - timedelta(minutes=settings.AGENT_MAIL_MINUTES)
    gone = user.current_status == CurrentStatus.OFFLINE and (
        user.last_seen_at is None or user.last_seen_at < since
    )
    wants = user.chat_preferences.get(MAIL_NOTICES) is not False
    return gone and wants and user.may_sign_in and bool(user.email)


def news_of_agents(now: datetime, agent: User | None = None) -> list[News]:
    """What each agent who is away has to be told, of one or of all. Three queries."""
    held = Escalation.objects.filter(status__in=HELD).select_related(
        "assigned_to_user", "source_room", "target_room", "customer"
    )
    mine = held.filter(assigned_to_user=agent) if agent else held
    pairs = [(each, each.assigned_to_user) for each in mine.order_by("pk")]
    told = [(each, helper) for each, helper in pairs if helper and is_away(helper, now)]
    unread = _unread([escalation.pk for escalation, _ in told])
    found: dict[UUID, News] = {}
    for escalation, helper in told:
        news = found.setdefault(helper.pk, News(helper))
        if escalation.accepted_at is None:
            news.given.append(escalation)
        if message := unread.get(escalation.pk):
            news.unread.append((escalation, message))
    return [news for news in found.values() if news.given or news.unread]


# The customer's newest words that the agent who has it has not read.
_UNREAD_SQL = """
SELECT e.id AS escalation, m.id AS message FROM escalations e
JOIN chat_rooms c ON c.id = coalesce(e.target_room_id, e.source_room_id)
JOIN room_participants p ON p.room_id = c.id AND p.user_id = e.assigned_to_user_id
  AND p.status IN ('active', 'muted') AND p.last_read_seq < c.last_seq
CROSS JOIN LATERAL (
  SELECT m.id FROM room_messages m
  WHERE m.room_id = c.id AND m.seq > p.last_read_seq AND m.sender_id = e.customer_id
    AND m.deleted_at IS NULL AND m.message_type <> 'system'
  ORDER BY m.seq DESC LIMIT 1) m
WHERE e.id = ANY(%s)"""


def _unread(escalations: list[UUID]) -> dict[UUID, RoomMessage]:
    """By escalation, where there are some. Two queries."""
    if not escalations:
        return {}
    rows = fetch_rows(_UNREAD_SQL, [escalations])
    messages = RoomMessage.objects.in_bulk([row["message"] for row in rows])
    return {row["escalation"]: messages[row["message"]] for row in rows}


def last_digests_of(users: Iterable[User]) -> dict[UUID, OutgoingMail]:
    """What each was told last, whatever became of it. One query."""
    digests = OutgoingMail.objects.filter(user__in=list(users), kind=MailKind.DIGEST)
    newest = digests.order_by("user_id", "-id").distinct("user_id")
    return {mail.user_id: mail for mail in newest}


def mails_due(now: datetime, most: int = 500) -> list[UUID]:
    due = OutgoingMail.objects.filter(state=MailState.QUEUED, next_try_at__lte=now)
    return list(due.order_by("next_try_at").values_list("pk", flat=True)[:most])


def place_of(place: UUID) -> RoomParticipant | None:
    """A place that is still there, of somebody who may still write."""
    found = (
        RoomParticipant.objects.select_related("room", "user")
        .filter(pk=place, status__in=PRESENT, room__deleted_at__isnull=True)
        .first()
    )
    return found if found and found.user.may_sign_in else None


def addresses_of(user: User) -> set[str]:
    """Where somebody reads our mail, in small letters: their addresses, and where guests had it sent."""
    sent = OutgoingMail.objects.filter(user=user, state=MailState.SENT)
    return {address.lower() for address in [*mail_addresses(user), *_to_addresses(sent)]}


def _to_addresses(mails: QuerySet[OutgoingMail]) -> QuerySet[Any]:
    return mails.order_by().values_list("to_address", flat=True).distinct()


def solved_at(room: ChatRoom) -> datetime | None:
    """When the last that was asked for in a room was solved; None where something is open, or nothing
    was asked for."""
    asked_for = Escalation.objects.filter(Q(source_room=room) | Q(target_room=room))
    found = asked_for.aggregate(
        open=Count("pk", filter=Q(status__in=OPEN)), last=Max("resolved_at")
    )
    last: datetime | None = found["last"]
    return None if found["open"] else last


def place_id(user: User, room: ChatRoom) -> UUID | None:
    mine = RoomParticipant.objects.filter(user=user, room=room, status__in=PRESENT)
    return mine.values_list("pk", flat=True).first()
