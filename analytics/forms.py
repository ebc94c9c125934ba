"""A stretch of days, for the API and for the page."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from dialogues.models import DialogueType

SHOWN_DAYS = 30


class PeriodForm(forms.Form):
    """Whatever else a form takes: its `date_from` does not come after its `date_to`."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("date_from"), values.get("date_to")
        if first and last and first > last:
            self.add_error("date_from", "This must not be after date_to.")
        return values


class DateInput(forms.DateInput):
    input_type = "date"


class DashboardForm(PeriodForm):
    """What the dashboard shows; without a choice, the last 30 days of everything."""

    date_from = forms.DateField(required=False, label="From", widget=DateInput(format="%Y-%m-%d"))
    date_to = forms.DateField(required=False, label="To", widget=DateInput(format="%Y-%m-%d"))
    book = forms.ChoiceField(required=False)
    type = forms.ChoiceField(required=False, choices=[("", "All types"), *DialogueType.choices])

    def __init__(self, data: Any, *, books: list[tuple[str, str]]) -> None:
        today = timezone.now().date()
        usual = {
            "date_from": (today - timedelta(days=SHOWN_DAYS - 1)).isoformat(),
            "date_to": today.isoformat(),
        }
        super().__init__({**usual, **{name: value for name, value in data.items() if value}})
        self.fields["book"].choices = [("", "All books"), *books]  # type: ignore[attr-defined]
