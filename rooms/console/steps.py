"""The steps an agent takes with an escalation by a form: which form, and the service behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms

from chatcore.models import User
from rooms.console.forms import (
    FactsForm,
    HandUpForm,
    MacroForm,
    NoteForm,
    PersonForm,
    ReasonForm,
    SnoozeForm,
)
from rooms.models import ChatRoom, Escalation, Macro
from rooms.selectors.access import supervised_room_for
from rooms.selectors.replies import usable_one
from rooms.services import escalation_care as care
from rooms.services import escalation_states as states
from rooms.services.escalations import hand_up
from rooms.services.macros import run_macro
from rooms.services.supervision import end_observation, join_supervised, observe

Take = Callable[[Escalation, User, Any], object]


@dataclass(frozen=True, slots=True)
class Step:
    form: type[forms.Form]
    take: Take


def _note(form: forms.Form) -> str:
    return str(form.cleaned_data.get("note", ""))


def _assign(row: Escalation, by: User, form: PersonForm) -> None:
    states.assign_escalation(row.pk, by=by, to=form.cleaned_data["user"], note=_note(form))


def _transfer(row: Escalation, by: User, form: PersonForm) -> None:
    to = form.cleaned_data["user"]
    states.transfer_escalation(row.pk, by=by, to=to, note=_note(form))


def _hand_up(row: Escalation, by: User, form: HandUpForm) -> None:
    hand_up(row.pk, by=by, **form.cleaned_data)


def _snooze(row: Escalation, by: User, form: SnoozeForm) -> None:
    care.snooze_escalation(row.pk, by=by, until=form.instant)


def _facts(row: Escalation, by: User, form: FactsForm) -> None:
    care.change_escalation(row.pk, by=by, changes=form.cleaned_data)


def _macro(row: Escalation, by: User, form: MacroForm) -> None:
    macro = usable_one(Macro, by, form.cleaned_data["macro"])
    run_macro(macro, escalation=row.pk, by=by)


def _room(row: Escalation, by: User, permission: str) -> ChatRoom:
    return supervised_room_for(by, row.target_room_id or row.source_room_id, permission)


def _observe(row: Escalation, by: User, form: ReasonForm) -> None:
    observe(room=_room(row, by, "supervisor:chat:observe"), by=by, **form.cleaned_data)


def _look_away(row: Escalation, by: User, _: forms.Form) -> None:
    end_observation(room=_room(row, by, "supervisor:chat:observe"), by=by)


def _come_in(row: Escalation, by: User, form: ReasonForm) -> None:
    room = _room(row, by, "supervisor:chat:join")
    end_observation(room=room, by=by)
    join_supervised(room=room, by=by, **form.cleaned_data)


STEPS: dict[str, Step] = {
    "assign": Step(PersonForm, _assign),
    "accept": Step(forms.Form, lambda row, by, _: states.accept_escalation(row.pk, by=by)),
    "decline": Step(
        NoteForm, lambda row, by, form: states.decline_escalation(row.pk, by=by, reason=_note(form))
    ),
    "start": Step(forms.Form, lambda row, by, _: states.start_escalation(row.pk, by=by)),
    "transfer": Step(PersonForm, _transfer),
    "take_over": Step(
        NoteForm,
        lambda row, by, form: states.transfer_escalation(row.pk, by=by, to=by.pk, note=_note(form)),
    ),
    "hand_up": Step(HandUpForm, _hand_up),
    "resolve": Step(
        NoteForm, lambda row, by, form: states.resolve_escalation(row.pk, by=by, notes=_note(form))
    ),
    "cancel": Step(
        NoteForm, lambda row, by, form: states.cancel_escalation(row.pk, by=by, reason=_note(form))
    ),
    "reopen": Step(forms.Form, lambda row, by, _: states.reopen_escalation(row.pk, by=by)),
    "snooze": Step(SnoozeForm, _snooze),
    "wake": Step(forms.Form, lambda row, by, _: care.snooze_escalation(row.pk, by=by, until=None)),
    "watch": Step(forms.Form, lambda row, by, _: care.watch(row, by)),
    "unwatch": Step(forms.Form, lambda row, by, _: care.unwatch(row, by)),
    "macro": Step(MacroForm, _macro),
    "observe": Step(ReasonForm, _observe),
    "look_away": Step(forms.Form, _look_away),
    "come_in": Step(ReasonForm, _come_in),
    "facts": Step(FactsForm, _facts),
}
