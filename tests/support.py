"""Support for tests: agents who are there, support rooms, escalations, all made through the services."""

from __future__ import annotations

from datetime import date
from typing import Any

from chatcore.models import AccountType, SupportLevel, User
from chatcore.services.users import create_account
from rooms.models import (
    BusinessCalendar,
    CalendarHoliday,
    CannedResponse,
    ChatRoom,
    Escalation,
    Macro,
    SlaPolicy,
    SupportProfile,
)
from rooms.services.conclusions import conclude_room
from rooms.services.escalation_care import change_profile
from rooms.services.escalation_states import accept_escalation
from rooms.services.escalations import escalate_room
from rooms.services.policies import create_policy
from rooms.services.replies import add_reply
from tests.rooms import access_to, room_of
from tests.world import PASSWORD, Cast


def on_duty(agent: User, **columns: Any) -> SupportProfile:
    """An agent who takes work, whatever sockets they have."""
    return change_profile(agent, availability="online", **columns)


def agent_of(level: str, name: str, **columns: Any) -> User:
    """One more agent."""
    return create_account(
        username=name,
        email=f"{name}@example.test",
        password=PASSWORD,
        account_type=AccountType.AGENT,
        support_level=SupportLevel(level),
        **columns,
    )


def support_room_of(customer: User) -> ChatRoom:
    return room_of(customer, name="Help", room_type="support", is_private=True)


def escalation_of(customer: User, to_level: str = "T1", **columns: Any) -> Escalation:
    """A customer asks for a person in a support room of their own."""
    room = support_room_of(customer)
    return escalate_room(
        access=access_to(room, customer),
        by=customer,
        to_level=to_level,
        reason=columns.pop("reason", "I am stuck"),
        **columns,
    )


def promise(level: str | None = "T1", priority: int | None = None, **terms: Any) -> SlaPolicy:
    """A policy that is always open: ten minutes for a first word, an hour for a solution."""
    case = {"name": f"{level} {priority}", "level": level, "priority": priority}
    given = {"first_response_seconds": 600, "resolution_seconds": 3600, **terms}
    return create_policy(by=None, case=case, terms=given)


def again(escalation: Escalation) -> Escalation:
    """As it stands now."""
    return Escalation.objects.get(pk=escalation.pk)


def full_support(world: Cast) -> None:
    """Something in every table of support that the admin shows, each history included."""
    hours = {"0": [["09:00", "17:00"]]}
    calendar = BusinessCalendar.objects.create(name="Office", hours=hours)
    CalendarHoliday.objects.create(calendar=calendar, date=date(2026, 12, 25))
    promise(calendar=calendar)
    on_duty(world.ana, skills=["billing"])
    escalation = escalation_of(world.mira)
    accept_escalation(escalation.pk, by=world.ana)
    add_reply(CannedResponse, by=world.ana, short_code="hello", text="Hello!")
    add_reply(Macro, by=world.ana, name="Begin", actions=[{"action": "start"}])
    access = access_to(escalation.source_room, world.ana)
    conclude_room(access=access, by=world.ana, outcome="resolved")
