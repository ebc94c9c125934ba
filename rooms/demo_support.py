"""The demo's support: hours and promises, texts at hand, and matters in every state."""

from __future__ import annotations

from functools import partial

from django.db.models import Model, Q

from chatcore.demo import Demo, DemoPart, delete_without_trace, register_demo, remembered
from rooms.demo import rooms_that_go
from rooms.demo_matters import MATTERS, open_matter
from rooms.models import (
    HELD,
    BusinessCalendar,
    CannedResponse,
    Escalation,
    EscalationStatus,
    Macro,
    RoomConclusion,
    SlaPolicy,
    SlaPolicyVersion,
    SupportProfile,
)
from rooms.services.escalation_care import change_profile
from rooms.services.policies import create_policy
from rooms.services.replies import add_reply

NEEDED = ("mira", "jonas", "sofia", "tomas", "nadia")
SKILLS = {"tomas": ["accounts", "import", "reader"], "nadia": ["accounts", "search"]}
TEXTS = {
    "hello": "Hello {{customer_name}}, {{agent_name}} here. How can I help?",
    "version": "Which version do you use? You find it at the foot of every page.",
    "bye": "Glad that it works again. Write whenever something is missing.",
}
MACRO = [
    {"action": "accept"},
    {"action": "reply", "text": TEXTS["hello"]},
    {"action": "start"},
]
HOURS = {str(day): [["08:00", "20:00"]] for day in range(5)} | {"5": [["09:00", "13:00"]]}
# By priority: null is every other one.
PROMISES = {
    None: {"first_response_seconds": 900, "resolution_seconds": 8 * 3600},
    # At any hour, and short, so that one can watch a clock run out.
    1: {"first_response_seconds": 120, "resolution_seconds": 4 * 3600},
}


def make(demo: Demo) -> None:
    if not all(name in demo.people for name in NEEDED):
        return
    for priority in PROMISES:
        if not _promised(priority):
            demo.once(f"support/promise-{priority}", partial(_promise, demo, priority))
    for name in SKILLS:
        demo.once(f"support/agent-{name}", partial(_agent, demo, name))
    for code in TEXTS:
        if not CannedResponse.objects.filter(owner=None, short_code=code).exists():
            demo.once(f"support/text-{code}", partial(_text, demo, code))
    demo.once("support/macro", partial(_macro, demo))
    for matter in MATTERS:
        demo.once(f"support/{matter.key}", partial(open_matter, demo, matter))


def _promised(priority: int | None) -> bool:
    """What an operator has promised stands."""
    return SlaPolicy.objects.filter(level=None, priority=priority, is_active=True).exists()


def _promise(demo: Demo, priority: int | None) -> Model:
    calendar = None
    if priority is None:
        calendar = BusinessCalendar.objects.create(
            name="Demo: weekdays, and Saturday until one", time_zone="Europe/Lisbon", hours=HOURS
        )
        demo.remember("support/calendar", calendar)
    name = "Demo: urgent, at any hour" if priority else "Demo: a quarter of an hour, on workdays"
    case = {"name": name, "priority": priority}
    return create_policy(by=None, case=case, terms={**PROMISES[priority], "calendar": calendar})


def _agent(demo: Demo, name: str) -> Model:
    return change_profile(demo.people[name], skills=SKILLS[name])


def _text(demo: Demo, code: str) -> Model:
    by = demo.people["sofia"]
    return add_reply(CannedResponse, by=by, is_personal=False, short_code=code, text=TEXTS[code])


def _macro(demo: Demo) -> Model:
    name = "Demo: take it and say hello"
    by = demo.people["sofia"]
    return add_reply(Macro, by=by, is_personal=False, name=name, actions=MACRO)


def remove(demo: Demo) -> None:
    """The demo's own, and all that its people asked for; what real customers asked for stays."""
    rooms = rooms_that_go(demo.people_ids)
    delete_without_trace(RoomConclusion.objects.filter(room__in=rooms))
    theirs = Q(source_room__in=rooms) | Q(target_room__in=rooms)
    delete_without_trace(Escalation.objects.filter(theirs))
    _let_go(demo)
    delete_without_trace(SupportProfile.objects.filter(user__in=demo.people_ids))
    for model in (CannedResponse, Macro):
        mine = Q(pk__in=remembered(model)) | Q(owner__in=demo.people_ids)
        delete_without_trace(model.objects.filter(mine))
    _withdraw_promises(demo)
    delete_without_trace(BusinessCalendar.objects.filter(pk__in=remembered(BusinessCalendar)))


def _let_go(demo: Demo) -> None:
    """What stays and is in their hands waits again; who is named in what stays, stays."""
    people = demo.people_ids
    Escalation.objects.filter(assigned_to_user__in=people, status__in=HELD).update(
        status=EscalationStatus.CREATED,
        assigned_to_user=None,
        assigned_at=None,
        accepted_at=None,
        started_at=None,
    )
    for column in ("customer_id", "created_by_user_id", "assigned_to_user_id"):
        named = Escalation.objects.filter(**{f"{column}__in": people})
        demo.stay |= set(named.values_list(column, flat=True))


def _withdraw_promises(demo: Demo) -> None:
    for policy in SlaPolicy.objects.filter(pk__in=remembered(SlaPolicy)):
        if Escalation.objects.filter(policy_version__policy=policy).exists():
            SlaPolicy.objects.filter(pk=policy.pk).update(is_active=False)
            demo.kept.append(
                f"The promise “{policy}” stays, switched off: escalations began by it."
            )
            continue
        delete_without_trace(SlaPolicyVersion.objects.filter(policy=policy))
        delete_without_trace(SlaPolicy.objects.filter(pk=policy.pk))


register_demo(DemoPart("support", 35, make, remove))
