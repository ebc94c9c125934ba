"""Support for tests: agents who are there, support rooms, escalations, all made through the services."""

from __future__ import annotations

from typing import Any

from chatcore.models import AccountType, SupportLevel, User
from chatcore.services.users import create_account
from rooms.models import ChatRoom, Escalation, SlaPolicy, SupportProfile
from rooms.services.escalation_care import change_profile
from rooms.services.escalations import escalate_room
from rooms.services.policies import create_policy
from tests.rooms import access_to, room_of
from tests.world import PASSWORD


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
