"""What the console's forms take in."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from rooms.forms import SayForm
from rooms.models import Level
from rooms.models.escalations import NOTE_MAX
from rooms.models.supervision import REASON_LEAST, REASON_MOST

PRIORITIES = [(1, "1, highest"), (2, "2"), (3, "3, usual"), (4, "4"), (5, "5, lowest")]
SNOOZES = {
    "1h": ("An hour", timedelta(hours=1)),
    "4h": ("Four hours", timedelta(hours=4)),
    "1d": ("A day", timedelta(days=1)),
    "7d": ("A week", timedelta(days=7)),
}
MOST_AT_ONCE = 100


class Composed(SayForm):
    """A reply or a private note. `seen_seq`: the newest message when the page was made."""

    role = forms.ChoiceField(choices=[("reply", "Reply"), ("note", "Private note")])
    seen_seq = forms.IntegerField(min_value=0, max_value=2**62, required=False)
    send_anyway = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """Something is said, or a file is sent; a note has no file."""
        given = super().clean() or self.cleaned_data
        if not given.get("content") and not given.get("file"):
            raise forms.ValidationError("Say something, or choose a file.")
        if given.get("file") and given.get("role") == "note":
            raise forms.ValidationError("A private note takes no file.")
        return given


class ReasonForm(forms.Form):
    """Why a supervisor looks on or comes in; kept for good."""

    reason = forms.CharField(min_length=REASON_LEAST, max_length=REASON_MOST)


class CannedForm(forms.Form):
    canned = forms.UUIDField()


class MacroForm(forms.Form):
    macro = forms.UUIDField()


class NoteForm(forms.Form):
    note = forms.CharField(max_length=NOTE_MAX, required=False)


class PersonForm(NoteForm):
    user = forms.UUIDField(required=False)


class HandUpForm(forms.Form):
    to_level = forms.ChoiceField(choices=Level.choices)
    handover_note = forms.CharField(max_length=NOTE_MAX)
    priority = forms.TypedChoiceField(
        choices=PRIORITIES, coerce=int, required=False, empty_value=None
    )


class SnoozeForm(forms.Form):
    """For a while, or until an instant in the server's time zone."""

    snooze_for = forms.ChoiceField(
        choices=[(key, words) for key, (words, _) in SNOOZES.items()], required=False
    )
    until = forms.DateTimeField(required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("until") and not given.get("snooze_for"):
            raise forms.ValidationError("Say for how long.")
        return given

    @property
    def instant(self) -> datetime:
        until: datetime | None = self.cleaned_data.get("until")
        return until or timezone.now() + SNOOZES[self.cleaned_data["snooze_for"]][1]


class FactsForm(forms.Form):
    """Priority and tags."""

    priority = forms.TypedChoiceField(choices=PRIORITIES, coerce=int)
    tags = forms.CharField(max_length=1_000, required=False)

    def clean_tags(self) -> list[str]:
        return tags_in(self.cleaned_data["tags"])


class BulkForm(forms.Form):
    """One action for all that was ticked, and what that action needs."""

    action = forms.ChoiceField(
        choices=[(each, each) for each in ("assign", "tag", "priority", "snooze", "resolve")]
    )
    user = forms.UUIDField(required=False)
    tags = forms.CharField(max_length=1_000, required=False)
    priority = forms.TypedChoiceField(
        choices=PRIORITIES, coerce=int, required=False, empty_value=None
    )
    snooze_for = forms.ChoiceField(
        choices=[(key, words) for key, (words, _) in SNOOZES.items()], required=False
    )
    note = forms.CharField(max_length=NOTE_MAX, required=False)

    def clean_tags(self) -> list[str]:
        return tags_in(self.cleaned_data["tags"])


def tags_in(text: str) -> list[str]:
    """Tags as people separate them: by commas. Raises ValidationError for too many or too long ones."""
    tags = [tag.strip() for tag in text.split(",") if tag.strip()]
    if len(tags) > 20 or any(len(tag) > 50 for tag in tags):
        raise forms.ValidationError("At most 20 tags of at most 50 characters.")
    return tags
