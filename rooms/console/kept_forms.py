"""The forms in which canned responses and macros are kept."""

from collections.abc import Mapping
from typing import Any

from django import forms

from chatcore.errors import ChatcoreError
from chatcore.models import User
from chatcore.models.conversations import CONTENT_MAX
from rooms.models import CannedResponse, Level, Macro

MINE, ALL = "mine", "all"
FOR_WHOM = [
    (MINE, "Me alone"),
    (ALL, "All of support"),
    *((level, f"{level} and above") for level in Level.values[:-1]),
    (Level.MANAGER.value, "Managers"),
]


class KeptForm(forms.Form):
    """`whose` is offered to those who may share."""

    whose = forms.ChoiceField(label="For", choices=FOR_WHOM, required=False)
    # In which order the page has them; `whose` comes after the name.
    field_order: tuple[str, ...] = ()

    def __init__(self, user: User, data: Mapping[str, Any] | None = None, **how: Any) -> None:
        super().__init__(data, auto_id="k-%s", **how)
        if not user.can("chat:support:share"):
            del self.fields["whose"]

    @property
    def columns(self) -> dict[str, Any]:
        """What the service takes. Whose it is, where that was asked."""
        columns = {name: value for name, value in self.cleaned_data.items() if name != "whose"}
        whose = self.cleaned_data.get("whose")
        if not whose:
            return columns
        level = None if whose in (MINE, ALL) else whose
        return columns | {"is_personal": whose == MINE, "level": level}

    def refuse(self, stopped: ChatcoreError) -> None:
        """Put what the service refused beside the field that it names, or above them all."""
        for name, words in (stopped.errors or {"": [stopped.detail]}).items():
            self.add_error(name if name in self.fields else None, list(words))


class CannedKeptForm(KeptForm):
    short_code = forms.CharField(
        label="Short code",
        max_length=40,
        help_text="Typed after “/” at the beginning of the box.",
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false"}),
    )
    title = forms.CharField(label="Title (optional)", max_length=100, required=False)
    text = forms.CharField(
        label="Text", max_length=CONTENT_MAX, widget=forms.Textarea({"rows": 7}), strip=False
    )
    field_order = ("short_code", "title", "whose", "text")


class MacroKeptForm(KeptForm):
    name = forms.CharField(label="Name", max_length=100)
    field_order = ("name", "whose")


def as_kept(row: CannedResponse | Macro) -> dict[str, Any]:
    """A row as its form begins."""
    whose = MINE if row.owner_id else row.level or ALL
    return {name: getattr(row, name, "") for name in ("short_code", "title", "text", "name")} | {
        "whose": whose
    }


def whose_words(row: CannedResponse | Macro) -> str:
    """For whom it is, as the list says it."""
    return dict(FOR_WHOM).get(MINE if row.owner_id else row.level or ALL, row.level or "")
