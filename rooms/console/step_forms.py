"""The forms of the steps that an agent takes, as the page shows them: empty, or with what stopped them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from chatcore.errors import ChatcoreError
from rooms.console.clock import SNOOZES, wakes_at
from rooms.models import Level, Outcome
from rooms.models.conclusions import TEXT_MAX
from rooms.models.escalations import NOTE_MAX
from rooms.models.supervision import REASON_LEAST, REASON_MOST

PRIORITIES = [(1, "1, highest"), (2, "2"), (3, "3, usual"), (4, "4"), (5, "5, lowest")]
Choices = Mapping[str, Sequence[tuple[Any, str]]]


def words_field(label: str, most: int = NOTE_MAX, rows: int = 2, **how: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea({"rows": rows}), **how
    )


class StepForm(forms.Form):
    """A step that asks for nothing. `name` keeps the fields of several forms of a page apart."""

    def __init__(self, name: str, data: Mapping[str, Any] | None = None, **how: Any) -> None:
        super().__init__(data, auto_id=f"s-{name}-%s", **how)

    def offer(self, choices: Choices) -> None:
        """What its lists of choice show, besides what they always do."""
        for name in self.fields.keys() & choices.keys():
            widget: Any = self.fields[name].widget
            widget.choices = [*widget.choices, *choices[name]]

    def refuse(self, stopped: ChatcoreError) -> None:
        """Put what a service refused beside the field that it names, or above them all."""
        known = {name: words for name, words in stopped.errors.items() if name in self.fields}
        for name, words in known.items():
            self.add_error(name, list(words))
        if not known:
            self.add_error(None, stopped.detail)

    def point_out(self) -> None:
        """Let the page open at the first field that is wrong, or at the first one."""
        wrong = [name for name in self.fields if name in self.errors] or list(self.fields)
        if wrong:
            self.fields[wrong[0]].widget.attrs["autofocus"] = True


def _someone(label: str, nobody: str) -> forms.UUIDField:
    """One of the agents; whether they may have it is the service's question."""
    widget = forms.Select(choices=[("", nobody)])
    return forms.UUIDField(label=label, required=False, widget=widget)


class AssignForm(StepForm):
    user = _someone("To", "Me")
    note = words_field("Why", required=False)


class TransferForm(StepForm):
    user = _someone("To", "Back into the queue")
    note = words_field("Why", required=False)


class WhyForm(StepForm):
    note = words_field("Why", required=False)


class ResolveForm(StepForm):
    note = words_field("How it was solved", required=False)


class HandUpForm(StepForm):
    to_level = forms.ChoiceField(label="To", choices=Level.choices)
    handover_note = words_field("What the next level has to know", rows=3)
    priority = forms.TypedChoiceField(
        choices=[("", "As it is"), *PRIORITIES], coerce=int, required=False, empty_value=None
    )

    def offer(self, choices: Choices) -> None:
        """Only the levels above; a level below is the service's to refuse."""
        widget: Any = self.fields["to_level"].widget
        widget.choices = choices["to_level"]


class SnoozeForm(StepForm):
    """For a while, or until an instant in the agent's time zone."""

    snooze_for = forms.ChoiceField(label="How long", choices=[*SNOOZES.items()], required=False)
    until = forms.DateTimeField(
        label="Or until",
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("until") and not given.get("snooze_for"):
            raise forms.ValidationError("Say for how long.")
        return given

    @property
    def instant(self) -> datetime:
        until: datetime | None = self.cleaned_data.get("until")
        return until or wakes_at(self.cleaned_data["snooze_for"], timezone.now())


class ConcludeForm(StepForm):
    outcome = forms.ChoiceField(label="How it ended", choices=Outcome.choices)
    summary = words_field("In a few words", TEXT_MAX, rows=3, required=False)


class MacroForm(StepForm):
    macro = forms.UUIDField(label="Several steps at once", widget=forms.Select())


class ReasonForm(StepForm):
    """Why a supervisor looks on or comes in; kept for good."""

    reason = forms.CharField(
        label="Why, kept on record", min_length=REASON_LEAST, max_length=REASON_MOST
    )


class WhisperForm(StepForm):
    """A word to the agents from who looks on."""

    content = words_field("To the agents alone")


class FactsForm(StepForm):
    """Priority and tags."""

    priority = forms.TypedChoiceField(choices=PRIORITIES, coerce=int)
    tags = forms.CharField(
        max_length=1_000, required=False,
        widget=forms.TextInput({"placeholder": "by commas", "autocapitalize": "none"}),
    )  # fmt: skip

    def clean_tags(self) -> list[str]:
        return tags_in(self.cleaned_data["tags"])


def tags_in(text: str, what: str = "tags") -> list[str]:
    """Tags, or skills, as people separate them: by commas. Raises ValidationError for too many or too
    long ones."""
    tags = [tag.strip() for tag in text.split(",") if tag.strip()]
    if len(tags) > 20 or any(len(tag) > 50 for tag in tags):
        raise forms.ValidationError(f"At most 20 {what} of at most 50 characters.")
    return tags
