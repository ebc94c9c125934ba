"""What a macro may do: each action, its one setting, and the service behind it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from chatcore.models import User
from chatcore.models.conversations import CONTENT_MAX
from rooms.models import Escalation
from rooms.models.escalations import NOTE_MAX
from rooms.selectors.access import room_for
from rooms.selectors.replies import filled, unknown_variables, values_for
from rooms.services import escalation_care as care
from rooms.services import escalation_states as states
from rooms.services import escalations
from rooms.services.messages import add_note, draft_of, say

MOST_ACTIONS = 20
Run = Callable[[Escalation, User, Any], object]


@dataclass(frozen=True, slots=True)
class Kind:
    """The setting's name ("" for none), what it must be, and what the action does."""

    setting: str
    good: Callable[[Any], bool]
    run: Run


def _text(most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and 0 < len(value.strip()) <= most


def _nothing(value: Any) -> bool:
    return value is None


def _whole(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _words(value: Any) -> bool:
    good = _text(50)
    return isinstance(value, list) and 0 < len(value) <= 20 and all(map(good, value))


def _reply(row: Escalation, by: User, text: str) -> None:
    room = row.target_room_id or row.source_room_id
    say(draft_of(room=room, sender=by.pk, content=filled(text, values_for(row, by))))


def _note(row: Escalation, by: User, text: str) -> None:
    access = room_for(by, row.target_room_id or row.source_room_id)
    add_note(access=access, content=filled(text, values_for(row, by)))


def _tag(row: Escalation, by: User, tags: Sequence[str]) -> None:
    care.change_escalation(row.pk, by=by, changes={"tags": [*row.tags, *tags]})


def _untag(row: Escalation, by: User, tags: Sequence[str]) -> None:
    left = set(row.tags) - set(care.words(tags))
    care.change_escalation(row.pk, by=by, changes={"tags": list(left)})


def _snooze(row: Escalation, by: User, minutes: int) -> None:
    until = timezone.now() + timedelta(minutes=minutes)
    care.snooze_escalation(row.pk, by=by, until=until)


KINDS: Mapping[str, Kind] = {
    "reply": Kind("text", _text(CONTENT_MAX), _reply),
    "note": Kind("text", _text(CONTENT_MAX), _note),
    "set_priority": Kind(
        "priority",
        _whole(1, 5),
        lambda row, by, n: care.change_escalation(row.pk, by=by, changes={"priority": n}),
    ),
    "add_tags": Kind("tags", _words, _tag),
    "remove_tags": Kind("tags", _words, _untag),
    "accept": Kind("", _nothing, lambda row, by, _: states.accept_escalation(row.pk, by=by)),
    "start": Kind("", _nothing, lambda row, by, _: states.start_escalation(row.pk, by=by)),
    "release": Kind("", _nothing, lambda row, by, _: states.transfer_escalation(row.pk, by=by)),
    "watch": Kind("", _nothing, lambda row, by, _: care.watch(row, by)),
    "snooze": Kind("minutes", _whole(1, 365 * 24 * 60), _snooze),
    "escalate": Kind(
        "handover_note",
        _text(NOTE_MAX),
        lambda row, by, note: escalations.hand_up(row.pk, by=by, handover_note=note),
    ),
    "resolve": Kind(
        "resolution_notes",
        _text(NOTE_MAX),
        lambda row, by, notes: states.resolve_escalation(row.pk, by=by, notes=notes),
    ),
}


def problems_with(actions: object) -> list[str]:
    """What is wrong with a list of actions; nothing where it is good."""
    if not isinstance(actions, list) or not 0 < len(actions) <= MOST_ACTIONS:
        return [f"A list of 1 to {MOST_ACTIONS} actions."]
    return [problem for n, each in enumerate(actions, 1) for problem in _problems(n, each)]


def _problems(number: int, given: object) -> list[str]:
    kind = KINDS.get(str(given.get("action"))) if isinstance(given, dict) else None
    if kind is None or not isinstance(given, dict):
        return [f"Action {number}: one of {', '.join(KINDS)}."]
    extra = set(given) - {"action", kind.setting}
    if extra or not kind.good(given.get(kind.setting) if kind.setting else None):
        return [f"Action {number}: {given['action']} takes {kind.setting or 'nothing'}."]
    text = given.get(kind.setting, "")
    unknown = unknown_variables(text) if given["action"] in ("reply", "note") else []
    return [f"Action {number}: nothing fills {', '.join(unknown)}."] if unknown else []
