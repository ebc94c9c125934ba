"""One action for several escalations; each by its own right, so that one refusal stops no other."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import QueryDict

from chatcore.errors import ChatcoreError, Invalid
from chatcore.models import User
from rooms.console.clock import wakes_at
from rooms.console.forms import MOST_AT_ONCE, BulkForm
from rooms.models import Escalation
from rooms.selectors.escalation_access import escalations_for
from rooms.services import escalation_care as care
from rooms.services import escalation_states as states

Act = Callable[[User, Escalation, dict[str, Any]], object]


def do_to_all(user: User, given: QueryDict) -> tuple[int, list[str]]:
    """How many were done, and a sentence for each reason that stopped some."""
    form = BulkForm(given)
    ids = [each for each in map(_uuid, given.getlist("ids")) if each][:MOST_AT_ONCE]
    if not ids or not form.is_valid():
        return 0, ["Tick what it is for, and say what is to be done."]
    done, refused = 0, dict[str, int]()
    for escalation in escalations_for(user).filter(pk__in=ids).order_by("priority", "pk"):
        try:
            ACTS[form.cleaned_data["action"]](user, escalation, form.cleaned_data)
            done += 1
        except ChatcoreError as stopped:
            refused[stopped.detail] = refused.get(stopped.detail, 0) + 1
    return done, [f"{words} ({count})" for words, count in refused.items()]


def _assign(user: User, escalation: Escalation, given: dict[str, Any]) -> None:
    states.assign_escalation(escalation.pk, by=user, to=given["user"])


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


def _resolve(user: User, escalation: Escalation, given: dict[str, Any]) -> None:
    states.resolve_escalation(escalation.pk, by=user, notes=given["note"])


ACTS: dict[str, Act] = {
    "assign": _assign,
    "tag": _tag,
    "priority": _priority,
    "snooze": _snooze,
    "resolve": _resolve,
}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
