"""Found and allowed, as one question: who may see a room, and as what."""

from dataclasses import dataclass
from uuid import UUID

from chatcore.errors import Forbidden, NotFound
from chatcore.models import AccountType, User
from rooms.models import (
    PRESENT,
    ChatRoom,
    ParticipantStatus,
    Role,
    RoomParticipant,
    RoomStatus,
    RoomType,
)


@dataclass(frozen=True, slots=True)
class RoomAccess:
    """A room and the asker's place in it."""

    room: ChatRoom
    participant: RoomParticipant

    @property
    def is_moderator(self) -> bool:
        return self.participant.role == Role.MODERATOR

    @property
    def has_right_to_invite(self) -> bool:
        return self.is_moderator or self.participant.can_invite_others

    @property
    def may_invite(self) -> bool:
        """A direct room stays with its two, whoever has the right."""
        return self.has_right_to_invite and self.room.room_type != RoomType.DIRECT

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

    @property
    def first_visible_seq(self) -> int:
        """Who may not see history sees what came after they joined."""
        return 1 if self.participant.can_see_history else self.participant.joined_seq + 1


def room_for(user: User, room_id: UUID) -> RoomAccess:
    """The room, if the user is in it. Raises NotFound for missing and not yours alike. One query."""
    participant = (
        RoomParticipant.objects.select_related("room")
        .filter(room_id=room_id, user=user, status__in=PRESENT, room__deleted_at__isnull=True)
        .first()
    )
    if participant is None:
        raise NotFound("There is no such room.")
    return RoomAccess(participant.room, participant)


def moderated_room_for(user: User, room_id: UUID) -> RoomAccess:
    """The same for what only a moderator may do. Raises Forbidden to other participants."""
    access = room_for(user, room_id)
    if not access.is_moderator:
        raise Forbidden("Only a moderator of the room may do this.", code="not_a_moderator")
    return access


def open_room_for(user: User, room_id: UUID) -> ChatRoom:
    """A room that the user could join: not private, a group, and open to guests where they are one."""
    room = ChatRoom.objects.filter(
        pk=room_id, deleted_at__isnull=True, is_private=False, room_type="group"
    ).first()
    if room is None or (user.account_type == AccountType.GUEST and not room.guest_access_allowed):
        raise NotFound("There is no such room.")
    return room


def role_of_newcomer(user: User) -> str:
    """What somebody is in a room unless a moderator says otherwise."""
    return Role.GUEST if user.account_type == AccountType.GUEST else Role.MEMBER


def standing_in(room: ChatRoom) -> RoomAccess:
    """What the product itself does to a room it does as a moderator who is not in it; nothing is stored."""
    return RoomAccess(room, RoomParticipant(room=room, role=Role.MODERATOR))
