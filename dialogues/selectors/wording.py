"""A person's state and events in plain words, for summaries and for the companion's own answers."""

from collections.abc import Sequence

from dialogues.models import LifeEvent
from dialogues.selectors.mental_state import MentalState

TOLD_MOST = 5


def state_in_words(state: MentalState) -> str:
    """`Energy 72 of 100 (high), stress 40 (middling); confidence 0.67.`"""
    if not state.available:
        return "Nothing is known of the last two days."
    return (
        f"Energy {state.energy} of 100 ({grade(state.energy)}), stress {state.stress}"
        f" ({grade(state.stress)}); confidence {state.confidence:.2f}."
    )


def grade(level: float) -> str:
    """A level from 0 to 100 as a word."""
    names = ((20, "very low"), (40, "low"), (60, "middling"), (80, "high"))
    return next((name for most, name in names if level < most), "very high")


def events_in_words(events: Sequence[LifeEvent]) -> str:
    """The newest first: `work: Planning meeting; sleep: Slept badly`."""
    told = [event_in_words(event.event_type, event.description) for event in events[:TOLD_MOST]]
    return "; ".join(told)


def event_in_words(event_type: str, description: str) -> str:
    return f"{event_type}: {description}" if description else event_type
