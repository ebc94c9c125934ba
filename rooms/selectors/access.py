"""Found and allowed, as one question: who may see a room, and as what."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from chatcore.errors import Forbidden, NotFound
from chatcore.frames import Sight
from chatcore.models import AccountType, User
from chatcore.selectors.permissions import require
from rooms.models import (
    PRESENT,
    Audience,
    ChatRoom,
    ParticipantStatus,
    Role,
    RoomParticipant,
    RoomStatus,
    RoomSupervision,
    RoomType,
    SupervisorAction,
)
from rooms.selectors.readers import clearance_of


@dataclass(frozen=True, slots=True)
class RoomAccess:
    """A room and the asker's place in it. `user` is None for staff in the admin and for services,
    who have asked before; `is_observing` is a supervisor who looks on and has no place."""

    room: ChatRoom
    participant: RoomParticipant
    user: User | None = None
    is_observing: bool = False

    def require(self, permission: str) -> None:
        """Raises Forbidden without this permission."""
        if self.user is not None:
            require(self.user, permission)

    @property
    def clearance(self) -> Audience:
        if self.user is None or self.is_observing:
            return Audience.STAFF
        return clearance_of(self.user.account_type, self.participant.role)

    @property
    def sight(self) -> Sight:
        """What of the room they see: who may not see history, what came after they joined."""
        place = self.participant
        return Sight(1 if place.can_see_history else place.joined_seq + 1, self.clearance)

    @property
    def is_moderator(self) -> bool:
        return self.participant.role == Role.MODERATOR

    @property
    def has_right_to_invite(self) -> bool:
        place, shared = self.participant, self.room.room_settings.get("members_may_invite")
        return self.is_moderator or place.can_invite_others or (bool(shared) and self.is_member)

    @property
    def is_member(self) -> bool:
        return self.participant.role == Role.MEMBER

    @property
    def may_invite(self) -> bool:
        """A direct room stays with its two, whoever has the right."""
        return self.has_right_to_invite and self.room.room_type != RoomType.DIRECT

    @property
    def may_note(self) -> bool:
        """Whether private notes are theirs to write."""
        is_cleared = self.clearance == Audience.STAFF and not self.is_observing
        return is_cleared and (self.user is None or self.user.can("chat:message:note"))

    @property
    def silenced_by(self) -> str | None:
        """The refusal that keeps them from saying anything, as ROOM_TIMELINE's; None: they may."""
        place = self.participant
        if self.room.status != RoomStatus.ACTIVE:
            return "room_closed"
        if place.status == ParticipantStatus.MUTED:
            return "muted"
        if place.role == Role.OBSERVER or not place.can_send_messages:
            return "read_only"
        return None


def room_for(user: User, room_id: UUID) -> RoomAccess:
    """The room, if the user is in it. Raises NotFound for missing and not yours alike, Forbidden
    for whom no room is. Two queries, one of them for all that the account may."""
    require(user, "chat:room:view")
    participant = (
        RoomParticipant.objects.select_related("room")
        .filter(room_id=room_id, user=user, status__in=PRESENT, room__deleted_at__isnull=True)
        .first()
    )
    if participant is None:
        raise NotFound("There is no such room.")
    return RoomAccess(participant.room, participant, user)


def seen_room_for(user: User, room_id: UUID) -> RoomAccess:
    """The same for reading, also by a supervisor who has said why (`services.supervision.observe`)."""
    try:
        return room_for(user, room_id)
    except NotFound:
        if not user.can("supervisor:chat:observe"):
            raise
    observed = running_observations(user).filter(room=room_id).select_related("room").first()
    if observed is None:
        raise NotFound("There is no such room.")
    place = RoomParticipant(room=observed.room, user=user, role=Role.OBSERVER)
    return RoomAccess(observed.room, place, user, is_observing=True)


def read_room_for(user: User, room_id: UUID) -> RoomAccess:
    """The same for what is said in the room. Raises Forbidden for whom no message is."""
    require(user, "chat:message:view")
    return seen_room_for(user, room_id)


def moderated_room_for(user: User, room_id: UUID, permission: str) -> RoomAccess:
    """The same for what only a moderator may do. Raises Forbidden to other participants."""
    access = room_for(user, room_id)
    if not access.is_moderator:
        raise Forbidden("Only a moderator of the room may do this.", code="not_a_moderator")
    access.require(permission)
    return access


def open_room_for(user: User, room_id: UUID) -> ChatRoom:
    """A room that the user could join: not private, a group, and open to guests where they are one."""
    require(user, "chat:room:join")
    room = ChatRoom.objects.filter(
        pk=room_id, deleted_at__isnull=True, is_private=False, room_type="group"
    ).first()
    if room is None or (user.account_type == AccountType.GUEST and not room.guest_access_allowed):
        raise NotFound("There is no such room.")
    return room


def supervised_room_for(user: User, room_id: UUID, permission: str) -> ChatRoom:
    """Any room that is not deleted, for who may supervise. Raises Forbidden, NotFound."""
    require(user, permission)
    room = ChatRoom.objects.filter(pk=room_id, deleted_at__isnull=True).first()
    if room is None:
        raise NotFound("There is no such room.")
    return room


def running_observations(user: User) -> QuerySet[RoomSupervision]:
    """The rooms that a supervisor observes at this moment."""
    return RoomSupervision.objects.filter(
        Q(supervisor=user, action=SupervisorAction.OBSERVE),
        Q(ended_at__isnull=True, expires_at__gt=timezone.now(), room__deleted_at__isnull=True),
    )


def role_of_newcomer(user: User) -> str:
    """What somebody is in a room unless a moderator says otherwise."""
    return Role.GUEST if user.account_type == AccountType.GUEST else Role.MEMBER


def standing_in(room: ChatRoom) -> RoomAccess:
    """What the product itself does to a room it does as a moderator who is not in it; nothing is stored."""
    return RoomAccess(room, RoomParticipant(room=room, role=Role.MODERATOR))
