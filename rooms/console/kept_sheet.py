"""A canned response or a macro on its page: its form, whether one may change it, how it reads filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chatcore.errors import ChatcoreError
from chatcore.models import User
from rooms.console.kept_forms import (
    MINE,
    CannedKeptForm,
    KeptForm,
    MacroKeptForm,
    as_kept,
    whose_words,
)
from rooms.console.macro_lines import FREE_LINES, WORDS, actions_in, lines_for
from rooms.console.macro_lines import LineSet as Lines
from rooms.models import HELD, CannedResponse, Escalation, Macro
from rooms.selectors.replies import VARIABLES, filled, unknown_variables, values_for
from rooms.services.macro_actions import KINDS
from rooms.services.replies import add_reply, change_reply

Kept = CannedResponse | Macro


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A line of the list."""

    row: Kept
    whose: str
    about: str


def kept_row(row: Kept) -> KeptRow:
    return KeptRow(row, whose_words(row), _about(row))


def _about(row: Kept) -> str:
    if isinstance(row, CannedResponse):
        return row.text
    return " · ".join(WORDS[each["action"]][0] for each in row.actions if each["action"] in KINDS)


class KeptSheet:
    """`row` None: a new one; `is_copy`: a new one that begins as `row` is."""

    model: type[Any]
    form_class: type[KeptForm]

    def __init__(
        self, user: User, row: Kept | None, data: Mapping[str, Any] | None, *, is_copy: bool
    ) -> None:
        self.user, self.data = user, data
        self.begins_as: Any = row
        self.row: Any = None if is_copy else row
        initial = (as_kept(row) if row else {}) | ({"whose": MINE} if is_copy else {})
        # Tried out, it is shown as it was filled in, and nothing is held against it yet.
        is_saved = data is not None and "save" in data
        bound = data if is_saved else None
        self.form = self.form_class(user, bound, initial=data or initial)

    @property
    def may_change(self) -> bool:
        """One's own; shared ones by right."""
        owned = self.row is None or self.row.owner_id is not None
        return owned or self.user.can("chat:support:share")

    @property
    def name(self) -> str:
        return str(self.row or "")

    def columns(self) -> dict[str, Any]:
        return self.form.columns

    def is_valid(self) -> bool:
        return self.form.is_valid()

    def saved(self) -> bool:
        """Save it; False with what stopped it in the form."""
        if not self.is_valid():
            return False
        try:
            if self.row is None:
                self.row = add_reply(self.model, by=self.user, **self.columns())
            else:
                change_reply(self.row, by=self.user, changes=self.columns())
        except ChatcoreError as stopped:
            self.form.refuse(stopped)
        return self.form.is_valid()

    def context(self) -> dict[str, Any]:
        if not self.may_change:
            for field in self.form.fields.values():
                field.disabled = True
        return {
            "form": self.form,
            "row": self.row,
            "may_change": self.may_change,
            "whose": whose_words(self.row) if self.row else "",
        }


class CannedSheet(KeptSheet):
    model, form_class = CannedResponse, CannedKeptForm

    def context(self) -> dict[str, Any]:
        text = self.form["text"].value() or ""
        values, about = _sample(self.user)
        return super().context() | {
            "preview": filled(text, values),
            "preview_of": about,
            "unknown": unknown_variables(text),
            "variables": [("{{" + name + "}}", values[name]) for name in VARIABLES],
        }


class MacroSheet(KeptSheet):
    model, form_class = Macro, MacroKeptForm

    def __init__(self, *given: Any, **how: Any) -> None:
        super().__init__(*given, **how)
        actions = self.begins_as.actions if self.begins_as else []
        free = FREE_LINES if self.may_change else 0
        self.lines = Lines(self.data, prefix="line") if self.data else lines_for(actions, free)

    def is_valid(self) -> bool:
        return bool(super().is_valid() & self.lines.is_valid())

    def columns(self) -> dict[str, Any]:
        return super().columns() | {"actions": actions_in(self.lines)}

    def context(self) -> dict[str, Any]:
        lines = self.lines
        if self.data and "more" in self.data and lines.is_valid():
            lines = lines_for([line.step for line in lines if line.cleaned_data.get("action")], 4)
        return super().context() | {
            "lines": lines,
            "takes": [(label, words) for label, words in WORDS.values() if words],
        }


def _sample(user: User) -> tuple[dict[str, str], str]:
    """What the variables mean in what the agent has at hand, or as an example; and in which of the two."""
    latest = (
        Escalation.objects.filter(assigned_to_user=user, status__in=HELD)
        .select_related("customer", "source_room")
        .order_by("-pk")
        .first()
    )
    if latest:
        values = values_for(latest, user)
        return values, f"for {values['customer_name']}, whose matter you have"
    return _EXAMPLE | {"agent_name": user.shown_name}, "for an invented customer"


_EXAMPLE = {
    "customer_name": "Mira Okafor",
    "room_name": "The invoice names the wrong street",
    "issue_id": "INV-204",
    "level": "T1",
    "priority": "3",
}
