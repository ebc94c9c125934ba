"""A stretch of days, for the API and for the page."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

from dialogues.models import DialogueType

SHOWN_DAYS = 30
# Further away, adding a month to a day would leave the calendar.
DAYS_KNOWN = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2200, 1, 1))]


class PeriodForm(forms.Form):
    """Whatever else a form takes: its `date_from` does not come after its `date_to`."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("date_from"), values.get("date_to")
        if first and last and first > last:
            self.add_error("date_from", "The first day must not come after the last.")
        return values


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%Y-%m-%d", **options)  # whatever the language of the reader


class DashboardForm(PeriodForm):
    """What the dashboard shows; without a choice, the last 30 days of everything."""

    date_from = forms.DateField(label="From", widget=DateInput, validators=DAYS_KNOWN)
    date_to = forms.DateField(label="To", widget=DateInput, validators=DAYS_KNOWN)
    book = forms.ChoiceField(required=False)
    type = forms.ChoiceField(required=False, choices=[("", "All types"), *DialogueType.choices])

    def __init__(self, data: Any, *, books: list[tuple[str, str]]) -> None:
        today = timezone.now().date()
        usual = {
            "date_from": (today - timedelta(days=SHOWN_DAYS - 1)).isoformat(),
            "date_to": today.isoformat(),
        }
        given = {name: value for name, value in data.items() if value}
        super().__init__({**usual, **given}, label_suffix="")
        self.fields["book"].choices = [("", "All books"), *books]  # type: ignore[attr-defined]
