"""One action for several escalations; each by its own right, so that one refusal stops no other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import QueryDict

from chatcore.errors import ChatcoreError, Invalid
from chatcore.models import User
from rooms.console.clock import wakes_at
from rooms.console.forms import MOST_AT_ONCE, BulkForm
from rooms.console.rows import title_of
from rooms.models import Escalation, Macro
from rooms.selectors.escalation_access import escalations_for
from rooms.selectors.replies import usable_one
from rooms.services import escalation_care as care
from rooms.services import escalation_states as states
from rooms.services.macros import run_macro

NAMED = 3
Act = Callable[[User, Escalation, dict[str, Any]], object]


@dataclass(slots=True)
class Outcome:
    """How many were done; `stopped`: by the words of each refusal, the escalations that it met; `wrong`:
    what was wrong with the form; `left`: what is ticked and not done."""

    left: set[UUID]
    done: int = 0
    stopped: dict[str, list[Escalation]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def sentences(self) -> list[str]:
        """What was refused, and why."""
        return [*self.wrong, *(f"{names(rows)}: {why}" for why, rows in self.stopped.items())]


def do_to_all(user: User, given: QueryDict) -> Outcome:
    """One action for each that was ticked and may be seen."""
    ids = [each for each in map(_uuid, given.getlist("ids")) if each][:MOST_AT_ONCE]
    form, outcome = BulkForm(given), Outcome(set(ids))
    if not ids or given.get("action") not in ACTS:
        outcome.wrong = ["Tick what it is for, and say what is to be done."]
    elif not form.is_valid():
        outcome.wrong = sorted({str(each) for words in form.errors.values() for each in words})
    else:
        found = escalations_for(user).filter(pk__in=ids).select_related("source_room")
        for escalation in found.order_by("priority", "pk"):
            _do(user, escalation, form.cleaned_data, outcome)
    return outcome


def _do(user: User, escalation: Escalation, given: dict[str, Any], outcome: Outcome) -> None:
    try:
        ACTS[given["action"]](user, escalation, given)
        outcome.done += 1
        outcome.left.discard(escalation.pk)
    except ChatcoreError as stopped:
        outcome.stopped.setdefault(stopped.detail, []).append(escalation)


def names(escalations: Sequence[Escalation]) -> str:
    """“The search finds nothing”, “My import stops” and 3 more."""
    named = ", ".join(f"“{title_of(each)}”" for each in escalations[:NAMED])
    more = len(escalations) - NAMED
    return f"{named} and {more} more" if more > 0 else named


def _assign(user: User, escalation: Escalation, given: dict[str, Any]) -> None:
    states.assign_escalation(escalation.pk, by=user, to=given["user"], note=given["note"])


def _tag(user: User, escalation: Escalation, given: dict[str, Any]) -> None:
    tags = [*escalation.tags, *given["tags"]]
    care.change_escalation(escalation.pk, by=user, changes={"tags": tags})


def _priority(user: User, escalation: Escalation, given: dict[str, Any]) -> None:
    if given["priority"] is None:
        raise Invalid("Name a priority.")
    care.change_escalation(escalation.pk, by=user, changes={"priority": given["priority"]})


def _snooze(user: User, escalation: Escalation, given: dict[str, Any]) -> None:
    if not given["snooze_for"]:
        raise Invalid("Say for how long.")
    care.snooze_escalation(escalation.pk, by=user, until=wakes_at(given["snooze_for"]))


def _watch(user: User, escalation: Escalation, _: dict[str, Any]) -> None:
    care.watch(escalation, user)


def _macro(user: User, escalation: Escalation, given: dict[str, Any]) -> None:
    if given["macro"] is None:
        raise Invalid("Name a macro.")
    macro = usable_one(Macro, user, given["macro"])
    run_macro(macro, escalation=escalation.pk, by=user)


def _resolve(user: User, escalation: Escalation, given: dict[str, Any]) -> None:
    states.resolve_escalation(escalation.pk, by=user, notes=given["note"])


ACTS: dict[str, Act] = {
    "assign": _assign,
    "tag": _tag,
    "priority": _priority,
    "snooze": _snooze,
    "macro": _macro,
    "watch": _watch,
    "resolve": _resolve,
}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
