"""Which steps an escalation's page offers; the services decide, the page only does not tempt.

Each property that is named as a step of `steps.py` says whether that step is offered.
"""

from dataclasses import dataclass

from chatcore.models import User
from rooms.models import (
    HELD,
    OPEN,
    RANK,
    Escalation,
    EscalationStatus,
    Level,
    Resolution,
    RoomStatus,
)
from rooms.selectors.access import RoomAccess
from rooms.selectors.escalation_access import may_serve


@dataclass(frozen=True, slots=True)
class Offers:
    """What somebody may do with an escalation as it stands; `access`: they read its room.

    Needs the escalation's `watchers` loaded.
    """

    escalation: Escalation
    user: User
    access: RoomAccess | None
    has_macros: bool

    def has(self, step: str) -> bool:
        """Whether a step is offered, by its name."""
        return bool(getattr(self, step))

    @property
    def is_mine(self) -> bool:
        return self.escalation.assigned_to_user_id == self.user.pk

    @property
    def is_held(self) -> bool:
        return self.escalation.status in HELD

    @property
    def is_open(self) -> bool:
        return self.escalation.status in OPEN

    @property
    def moves_all(self) -> bool:
        """May do with another's what they may do with their own."""
        return self.user.can("chat:escalation:assign")

    @property
    def reassigns(self) -> bool:
        """May take it out of another's hands."""
        return self.moves_all and self.user.can("supervisor:chat:reassign")

    @property
    def works(self) -> bool:
        return self.is_held and (self.is_mine or self.moves_all)

    @property
    def accept(self) -> bool:
        may = self.user.can("chat:escalation:accept")
        waits = self.escalation.status == EscalationStatus.CREATED
        given = self.is_held and self.is_mine and self.escalation.accepted_at is None
        return may and (given or (waits and may_serve(self.user, self.escalation)))

    @property
    def decline(self) -> bool:
        return self.escalation.status == EscalationStatus.ASSIGNED and self.is_mine

    @property
    def start(self) -> bool:
        return self.escalation.status == EscalationStatus.ASSIGNED and self.is_mine

    @property
    def take_over(self) -> bool:
        may = self.reassigns and may_serve(self.user, self.escalation)
        return may and self.is_held and not self.is_mine

    @property
    def assign(self) -> bool:
        return self.is_open and self.moves_all and not self.is_held

    @property
    def transfer(self) -> bool:
        may = self.is_mine or self.reassigns
        return self.works and may and self.user.can("chat:escalation:transfer")

    @property
    def hand_up(self) -> bool:
        may = self.user.can("chat:escalation:escalate") and self.is_open and bool(self.levels_above)
        return may and (self.is_mine or self.moves_all)

    @property
    def levels_above(self) -> list[str]:
        return [level for level in Level.values if RANK[level] > self.escalation.rank]

    @property
    def resolve(self) -> bool:
        return self.works and self.user.can("chat:escalation:resolve")

    @property
    def cancel(self) -> bool:
        return self.is_open and self.user.can("chat:escalation:cancel")

    @property
    def snooze(self) -> bool:
        free = self.escalation.assigned_to_user_id in (None, self.user.pk) or self.moves_all
        return self.is_open and free and self.user.can("chat:escalation:snooze")

    @property
    def reopen(self) -> bool:
        return self.escalation.resolution == Resolution.SOLVED

    @property
    def facts(self) -> bool:
        return self.is_open

    @property
    def unwatch(self) -> bool:
        return self.user.pk in {each.user_id for each in self.escalation.watchers.all()}

    @property
    def watch(self) -> bool:
        return not self.unwatch

    @property
    def wake(self) -> bool:
        return self.snooze and self.escalation.snoozed_until is not None

    @property
    def macro(self) -> bool:
        return self.is_open and self.has_macros

    @property
    def is_in_room(self) -> bool:
        return self.access is not None and not self.access.is_observing

    @property
    def is_going_on(self) -> bool:
        """The conversation is not closed."""
        return self.access is not None and self.access.room.status == RoomStatus.ACTIVE

    @property
    def conclude(self) -> bool:
        return self.is_in_room and self.is_going_on and self.user.can("chat:room:conclude")

    @property
    def observe(self) -> bool:
        return self.access is None and self.user.can("supervisor:chat:observe")

    @property
    def look_away(self) -> bool:
        return self.access is not None and self.access.is_observing

    @property
    def whisper(self) -> bool:
        return self.look_away and self.is_going_on and self.user.can("chat:message:note")

    @property
    def come_in(self) -> bool:
        return not self.is_in_room and self.user.can("supervisor:chat:join")
