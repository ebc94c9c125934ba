"""The mental state that life events add up to (seed 001): energy and stress, and how sure that is.

The model is a weighted mean, so that everybody can check it by hand:

- an event counts by its age: fully when it is fresh, half after `HALF_LIFE`, a quarter after two of
  them, not at all after `REACH` (or before it has happened);
- the baseline, 50 of 100, counts like an event of `BASELINE_WEIGHT`: without news a figure goes back
  to the middle of the scale, where nothing is claimed;
- confidence is W / (W + 1), where W is what all events weigh: 0 without one, 0.5 with one fresh
  event, 0.75 with three, and less with every hour.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

BASELINE = 50.0
BASELINE_WEIGHT = 0.25
HALF_LIFE = timedelta(hours=6)
REACH = timedelta(hours=48)


class Event(Protocol):
    """What the model looks at: levels from 0 to 100, and a time with its zone."""

    @property
    def energy_level(self) -> int: ...
    @property
    def stress_level(self) -> int: ...
    @property
    def timestamp(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class MentalState:
    """Energy and stress from 0 to 100, confidence from 0 to 1; `source` is `events_impact`, or
    `baseline` where no event is near enough to say anything."""

    at: datetime
    energy: int
    stress: int
    confidence: float
    source: str

    @property
    def available(self) -> bool:
        """Whether something is known at all."""
        return self.source != "baseline"


def mental_state(events: Iterable[Event], at: datetime) -> MentalState:
    """The state at a moment, from whatever events are given."""
    weighed = [(weight, event) for event in events if (weight := weight_of(event, at))]
    total = sum(weight for weight, _ in weighed)
    energy = sum(weight * event.energy_level for weight, event in weighed)
    stress = sum(weight * event.stress_level for weight, event in weighed)
    return MentalState(
        at=at,
        energy=_with_baseline(energy, total),
        stress=_with_baseline(stress, total),
        confidence=round(total / (total + 1), 2),
        source="events_impact" if weighed else "baseline",
    )


def weight_of(event: Event, at: datetime) -> float:
    """1 for what has just happened, halved with every `HALF_LIFE`, 0 out of reach."""
    age = at - event.timestamp
    if not timedelta(0) <= age <= REACH:
        return 0.0
    return float(0.5 ** (age / HALF_LIFE))


def _with_baseline(levels: float, weight: float) -> int:
    return round((levels + BASELINE_WEIGHT * BASELINE) / (weight + BASELINE_WEIGHT))


def states_over(events: Sequence[Event], moments: Sequence[datetime]) -> list[MentalState]:
    """The state at each of the moments. Both are in the order of time, oldest first."""
    states, first, past = [], 0, 0
    for at in moments:
        while past < len(events) and events[past].timestamp <= at:
            past += 1
        while first < past and events[first].timestamp < at - REACH:
            first += 1
        states.append(mental_state(events[first:past], at))
    return states
