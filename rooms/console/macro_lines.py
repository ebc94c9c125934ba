"""The lines of a macro as a form has them: an action and, as people write it, what it takes."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from chatcore.models.conversations import CONTENT_MAX
from rooms.services.macro_actions import KINDS, MOST_ACTIONS

# What each action is called, and what is written beside it; "" where it takes nothing.
WORDS: Mapping[str, tuple[str, str]] = {
    "reply": ("Reply", "the words, with variables"),
    "note": ("Write a private note", "the words, with variables"),
    "accept": ("Accept", ""),
    "start": ("Start", ""),
    "set_priority": ("Set the priority", "1 (highest) to 5"),
    "add_tags": ("Add tags", "tags, by commas"),
    "remove_tags": ("Remove tags", "tags, by commas"),
    "watch": ("Watch", ""),
    "snooze": ("Snooze", "for how long: 30 min, 4 h or 2 d"),
    "release": ("Put back into the queue", ""),
    "escalate": ("Escalate to the next level", "what the next level has to know"),
    "resolve": ("Resolve", "how it was solved"),
}
FREE_LINES = 3
_MINUTES = {"": 1, "min": 1, "h": 60, "d": 24 * 60}
_SPAN = re.compile(r"(\d{1,6})\s*(min|h|d|)")


class LineForm(forms.Form):
    """`place` orders the lines; one without an action is left out."""

    place = forms.IntegerField(min_value=1, max_value=99, required=False)
    action = forms.ChoiceField(
        choices=[("", "–"), *((name, label) for name, (label, _) in WORDS.items())], required=False
    )
    words = forms.CharField(
        max_length=CONTENT_MAX, required=False, widget=forms.Textarea({"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        action = given.get("action")
        if action and KINDS[action].setting and not given.get("words"):
            self.add_error("words", f"Write here {WORDS[action][1]}.")
        return given

    @property
    def step(self) -> dict[str, Any]:
        """`{"action": "snooze", "minutes": 30}`, as the service takes it."""
        action, words = self.cleaned_data["action"], self.cleaned_data["words"]
        setting = KINDS[action].setting
        return {"action": action} | ({setting: _taken(setting, words)} if setting else {})


LineSet = forms.formset_factory(LineForm, extra=0, max_num=MOST_ACTIONS, absolute_max=MOST_ACTIONS)


def lines_for(actions: Sequence[Mapping[str, Any]], free: int = FREE_LINES) -> Any:
    """The lines of a macro, and some that are free."""
    shown = [_written(each) for each in actions]
    lines = [*shown, *({} for _ in range(min(free, MOST_ACTIONS - len(shown))))]
    return LineSet(initial=[line | {"place": n} for n, line in enumerate(lines, 1)], prefix="line")


def actions_in(lines: Any) -> list[dict[str, Any]]:
    """What valid lines say, in their order."""
    said = [line for line in lines if line.cleaned_data.get("action")]
    said.sort(key=lambda line: line.cleaned_data.get("place") or 99)
    return [line.step for line in said]


def _written(action: Mapping[str, Any]) -> dict[str, Any]:
    """An action as people write it."""
    value = action.get(KINDS[action["action"]].setting, "")
    if isinstance(value, list):
        value = ", ".join(value)
    if "minutes" in action:
        value = _span(value)
    return {"action": action["action"], "words": value}


def _taken(setting: str, words: str) -> Any:
    """What people wrote, as the setting is stored; what makes no sense is the service's to refuse."""
    match setting:
        case "tags":
            return [tag.strip() for tag in words.split(",") if tag.strip()]
        case "priority":
            return int(words) if words in set("12345") else words
        case "minutes":
            span = _SPAN.fullmatch(words.strip().lower())
            return int(span[1]) * _MINUTES[span[2]] if span else words
    return words


def _span(minutes: int) -> str:
    for unit, length in (("d", 24 * 60), ("h", 60)):
        if minutes % length == 0:
            return f"{minutes // length} {unit}"
    return f"{minutes} min"
