"""The steps an agent takes with an escalation by a form: its words, its form, the service behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chatcore.errors import ChatcoreError
from chatcore.models import User
from rooms.console import step_forms as forms
from rooms.models import ChatRoom, Escalation, Macro
from rooms.selectors.access import room_for, supervised_room_for
from rooms.selectors.replies import usable_one
from rooms.services import escalation_care as care
from rooms.services import escalation_states as states
from rooms.services.conclusions import conclude_room
from rooms.services.escalations import hand_up
from rooms.services.macros import run_macro
from rooms.services.supervision import (
    end_observation,
    join_supervised,
    observe,
    whisper,
)

Take = Callable[[Escalation, User, Any], object]


@dataclass(frozen=True, slots=True)
class Step:
    """`key` presses it; `hint` says what comes of it where the name does not."""

    label: str
    form: type[forms.StepForm]
    take: Take
    key: str = ""
    tone: str = ""
    button: str = ""
    hint: str = ""

    def taken(self, row: Escalation, by: User, form: forms.StepForm) -> bool:
        """Take it; False with what stopped it in the form, where nothing was done."""
        if form.is_valid():
            try:
                self.take(row, by, form)
            except ChatcoreError as stopped:
                form.refuse(stopped)
        if form.errors:
            form.point_out()
        return not form.errors

    @property
    def asks(self) -> bool:
        """Whether there is something to fill in; otherwise it is a button alone."""
        return bool(self.form.base_fields)


def _note(form: forms.StepForm) -> str:
    return str(form.cleaned_data.get("note", ""))


def _assign(row: Escalation, by: User, form: forms.AssignForm) -> None:
    states.assign_escalation(row.pk, by=by, to=form.cleaned_data["user"], note=_note(form))


def _transfer(row: Escalation, by: User, form: forms.TransferForm) -> None:
    to = form.cleaned_data["user"]
    states.transfer_escalation(row.pk, by=by, to=to, note=_note(form))


def _hand_up(row: Escalation, by: User, form: forms.HandUpForm) -> None:
    hand_up(row.pk, by=by, **form.cleaned_data)


def _snooze(row: Escalation, by: User, form: forms.SnoozeForm) -> None:
    care.snooze_escalation(row.pk, by=by, until=form.instant)


def _facts(row: Escalation, by: User, form: forms.FactsForm) -> None:
    care.change_escalation(row.pk, by=by, changes=form.cleaned_data)


def _macro(row: Escalation, by: User, form: forms.MacroForm) -> None:
    macro = usable_one(Macro, by, form.cleaned_data["macro"])
    run_macro(macro, escalation=row.pk, by=by)


def _conclude(row: Escalation, by: User, form: forms.ConcludeForm) -> None:
    access = room_for(by, row.target_room_id or row.source_room_id)
    conclude_room(access=access, by=by, **form.cleaned_data)


def _room(row: Escalation, by: User, permission: str) -> ChatRoom:
    return supervised_room_for(by, row.target_room_id or row.source_room_id, permission)


def _observe(row: Escalation, by: User, form: forms.ReasonForm) -> None:
    observe(room=_room(row, by, "supervisor:chat:observe"), by=by, **form.cleaned_data)


def _look_away(row: Escalation, by: User, _: forms.StepForm) -> None:
    end_observation(room=_room(row, by, "supervisor:chat:observe"), by=by)


def _whisper(row: Escalation, by: User, form: forms.WhisperForm) -> None:
    whisper(room=_room(row, by, "supervisor:chat:observe"), by=by, **form.cleaned_data)


def _come_in(row: Escalation, by: User, form: forms.ReasonForm) -> None:
    room = _room(row, by, "supervisor:chat:join")
    end_observation(room=room, by=by)
    join_supervised(room=room, by=by, **form.cleaned_data)


# In the order in which the page offers them.
STEPS: dict[str, Step] = {
    "accept": Step(
        "Accept", forms.StepForm, lambda row, by, _: states.accept_escalation(row.pk, by=by), "a"
    ),
    "start": Step(
        "Start", forms.StepForm, lambda row, by, _: states.start_escalation(row.pk, by=by), "s"
    ),
    "reopen": Step(
        "Reopen",
        forms.StepForm,
        lambda row, by, _: states.reopen_escalation(row.pk, by=by),
        "u",
        tone="quiet",
    ),
    "watch": Step(
        "Watch", forms.StepForm, lambda row, by, _: care.watch(row, by), "w", tone="quiet"
    ),
    "unwatch": Step(
        "Stop watching", forms.StepForm, lambda row, by, _: care.unwatch(row, by), "w", tone="quiet"
    ),
    "wake": Step(
        "Wake",
        forms.StepForm,
        lambda row, by, _: care.snooze_escalation(row.pk, by=by, until=None),
        "z",
        tone="quiet",
    ),
    "resolve": Step(
        "Resolve",
        forms.ResolveForm,
        lambda row, by, form: states.resolve_escalation(row.pk, by=by, notes=_note(form)),
        "v",
    ),
    "hand_up": Step("Escalate", forms.HandUpForm, _hand_up, "e"),
    "assign": Step("Assign", forms.AssignForm, _assign, "t"),
    "transfer": Step("Transfer", forms.TransferForm, _transfer, "t"),
    "snooze": Step("Snooze", forms.SnoozeForm, _snooze, "z"),
    "macro": Step("Macro", forms.MacroForm, _macro, "m", button="Run"),
    "decline": Step(
        "Decline",
        forms.WhyForm,
        lambda row, by, form: states.decline_escalation(row.pk, by=by, reason=_note(form)),
        "d",
        tone="quiet",
        hint="Somebody else is looked for.",
    ),
    "take_over": Step(
        "Take over",
        forms.WhyForm,
        lambda row, by, form: states.transfer_escalation(row.pk, by=by, to=by.pk, note=_note(form)),
        "o",
    ),
    "conclude": Step(
        "Conclude",
        forms.ConcludeForm,
        _conclude,
        "l",
        hint="Ends the conversation: its rooms are closed, and the customer may say how it was.",
    ),
    "cancel": Step(
        "Call off",
        forms.WhyForm,
        lambda row, by, form: states.cancel_escalation(row.pk, by=by, reason=_note(form)),
        "h",
        tone="danger",
        hint="Nobody is looked for any more; the conversation stays open.",
    ),
    "observe": Step("Look on", forms.ReasonForm, _observe, "b", button="Look on for half an hour"),
    "look_away": Step("Stop looking on", forms.StepForm, _look_away, "b", tone="quiet"),
    "whisper": Step(
        "Whisper",
        forms.WhisperForm,
        _whisper,
        "i",
        hint="A private note to the agents; the customer hears nothing of you.",
    ),
    "come_in": Step(
        "Come in",
        forms.ReasonForm,
        _come_in,
        "y",
        hint="Everybody in the room sees you.",
    ),
    "facts": Step("Save", forms.FactsForm, _facts, "p", tone="quiet"),
}
SUPERVISION = ("observe", "look_away", "whisper", "come_in")
