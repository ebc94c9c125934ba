"""What the companion's pages take in."""

from typing import Any

from django import forms

from dialogues.models import LifeEventType
from dialogues.models.life_events import DESCRIPTION_MAX, LEVEL_MOST
from dialogues.services.personality import ResponseLength, Style, Tone


class LifeEventForm(forms.Form):
    event_type = forms.ChoiceField(choices=LifeEventType.choices)
    description = forms.CharField(max_length=DESCRIPTION_MAX, required=False)
    energy_level = forms.IntegerField(min_value=0, max_value=LEVEL_MOST)
    stress_level = forms.IntegerField(min_value=0, max_value=LEVEL_MOST)
    # Empty: now, or when it was before.
    timestamp = forms.DateTimeField(required=False)

    def columns(self) -> dict[str, Any]:
        """For `log_event` and `change_event`."""
        return {name: value for name, value in self.cleaned_data.items() if value is not None}


def _choice(kinds: Any) -> forms.ChoiceField:
    named = [(kind.value, kind.value.capitalize()) for kind in kinds]
    return forms.ChoiceField(choices=[("", "As it comes"), *named], required=False)


class PersonalityForm(forms.Form):
    """Every setting is in the form, so what is left empty is taken back."""

    name = forms.CharField(max_length=50, required=False, label="What it is called")
    tone = _choice(Tone)
    style = _choice(Style)
    response_length = _choice(ResponseLength)
    language = forms.CharField(
        max_length=35,
        required=False,
        help_text="A tag, as in en or pt-BR.",
        widget=forms.TextInput(attrs={"autocapitalize": "none"}),
    )

    def settings(self) -> dict[str, str | None]:
        return {name: value or None for name, value in self.cleaned_data.items()}


class StartOverForm(forms.Form):
    messages = forms.BooleanField(required=False)
    memory = forms.BooleanField(required=False)
    life_events = forms.BooleanField(required=False)
