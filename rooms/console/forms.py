"""What the console's other forms take in; those of the steps are in step_forms.py."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from rooms.console.clock import SNOOZES
from rooms.console.step_forms import PRIORITIES, tags_in
from rooms.forms import SayForm
from rooms.models.escalations import NOTE_MAX

MOST_AT_ONCE = 100
BULK = ("assign", "tag", "priority", "snooze", "macro", "watch", "resolve")


class Composed(SayForm):
    """A reply or a private note. `seen_seq`: the newest message when the page was made."""

    role = forms.ChoiceField(choices=[("reply", "Reply"), ("note", "Private note")])
    seen_seq = forms.IntegerField(min_value=0, max_value=2**62, required=False)
    send_anyway = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """Something is said, or a file is sent."""
        given = super().clean() or self.cleaned_data
        if not given.get("content") and not given.get("file"):
            raise forms.ValidationError("Say something, or choose a file.")
        return given


class CannedForm(forms.Form):
    canned = forms.UUIDField()


class BulkForm(forms.Form):
    """One action for all that was ticked, and what that action needs."""

    action = forms.ChoiceField(choices=[(each, each) for each in BULK])
    user = forms.UUIDField(required=False, widget=forms.Select(choices=[("", "to me")]))
    tags = forms.CharField(
        max_length=1_000,
        required=False,
        widget=forms.TextInput({"placeholder": "Tags", "autocapitalize": "none"}),
    )
    priority = forms.TypedChoiceField(
        choices=[("", "priority"), *PRIORITIES], coerce=int, required=False, empty_value=None
    )
    snooze_for = forms.ChoiceField(choices=[*SNOOZES.items()], required=False)
    macro = forms.UUIDField(required=False, widget=forms.Select)
    note = forms.CharField(
        max_length=NOTE_MAX,
        required=False,
        widget=forms.TextInput({"placeholder": "How it was solved"}),
    )

    def __init__(self, data: QueryDict | None = None, **choices: Sequence[tuple[str, str]]) -> None:
        super().__init__(data, auto_id="b-%s")
        for name, offered in choices.items():
            widget: Any = self.fields[name].widget
            widget.choices = [*widget.choices, *offered]

    def clean_tags(self) -> list[str]:
        return tags_in(self.cleaned_data["tags"])
