"""What the companion's pages show: the state as numbers, chart and table, events, statistics, finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from chatcore import charts
from chatcore.models import User
from dialogues.companion_forms import LifeEventForm, PersonalityForm
from dialogues.models import DialogueSession, LifeEvent, LifeEventType
from dialogues.selectors.life_events import life_events_of, mental_state_series
from dialogues.selectors.mental_state import MentalState
from dialogues.selectors.said import highlighted, said_about
from dialogues.selectors.wording import grade
from dialogues.shelf import answerer_name

DAYS = {"1": "A day", "7": "A week", "30": "A month", "90": "Three months"}
USUAL_DAYS = "7"
EVENTS_SHOWN = 50
FOUND_SHOWN = 20
# The table beside the chart: so many rows of the series.
ROWS = 28
SCALE = [0, 25, 50, 75, 100]


@dataclass(frozen=True, slots=True)
class StatePanel:
    """How somebody stands and stood. `chart` is empty where nothing is known."""

    now: MentalState
    energy: str
    stress: str
    sure: str
    chart: SafeString | str
    rows: Sequence[tuple[str, MentalState]]


@dataclass(frozen=True, slots=True)
class Find:
    """A message that holds the words; `headline` is HTML of ours around its escaped text."""

    seq: int
    mine: bool
    at: datetime
    headline: SafeString


def state_panel(user: User, days: str) -> StatePanel:
    series = mental_state_series(user, int(days), timezone.now())
    now, written = series[-1], "H:i" if days == "1" else "j M"
    labels = [date_format(state.at, written) for state in series]
    known = any(state.available for state in series)
    step = -(-len(series) // ROWS)
    return StatePanel(
        now=now,
        energy=grade(now.energy),
        stress=grade(now.stress),
        sure=_sure(now),
        chart=_chart(series, labels) if known else "",
        rows=[(date_format(s.at, "j M, H:i"), s) for s in series[::-1][::step] if s.available],
    )


def _sure(state: MentalState) -> str:
    if not state.available:
        return "Nothing happened in the last two days that would say more."
    word = "quite sure" if state.confidence >= 0.6 else "rough"
    return f"Computed from your life events; {word} (confidence {state.confidence:.2f})."


def _chart(series: Sequence[MentalState], labels: Sequence[str]) -> SafeString:
    """Where nothing is known, the lines have a gap."""
    return charts.lines(
        "mental-state",
        "Energy and stress",
        labels,
        {
            "Energy": [state.energy if state.available else None for state in series],
            "Stress": [state.stress if state.available else None for state in series],
        },
        steps=SCALE,
        colours=[0, 1],
    )


def diary(user: User, session: DialogueSession, query: dict[str, str]) -> dict[str, Any]:
    """Everything the diary shows. `query`: `days`, `q`; what is none of ours is as if not there."""
    days = query.get("days", USUAL_DAYS) if query.get("days") in DAYS else USUAL_DAYS
    words = query.get("q", "").strip()[:1000]
    return {
        "session": session,
        "answerer": answerer_name(session),
        "days": days,
        "periods": DAYS,
        "state": state_panel(user, days),
        "events": recent_events(user),
        "most_events": EVENTS_SHOWN,
        "types": LifeEventType.choices,
        "event_form": LifeEventForm(),
        "personality": PersonalityForm(initial=session.personality_settings, label_suffix=""),
        "words": words,
        "finds": finds(session, words) if words else [],
    }


def recent_events(user: User, most: int = EVENTS_SHOWN) -> list[LifeEvent]:
    return list(life_events_of(user).order_by("-timestamp", "-id")[:most])


def finds(session: DialogueSession, words: str) -> list[Find]:
    return [
        # `highlighted` escapes all that is the message's own.
        Find(
            row["seq"],
            row["role"] == "user",
            row["created_at"],
            SafeString(highlighted(row["headline"])),
        )
        for row in said_about(session, words, FOUND_SHOWN)
    ]
