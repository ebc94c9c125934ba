"""The model of the mental state: a weighted mean that everybody can check by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dialogues.selectors.mental_state import HALF_LIFE, REACH, mental_state, states_over

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Happened:
    energy_level: int
    stress_level: int
    timestamp: datetime


def ago(energy: int, stress: int, **age: float) -> Happened:
    return Happened(energy, stress, NOW - timedelta(**age))


def test_without_events_it_is_the_baseline_and_nothing_is_claimed() -> None:
    state = mental_state([], NOW)
    assert (state.energy, state.stress, state.confidence) == (50, 50, 0.0)
    assert (state.source, state.available) == ("baseline", False)


def test_a_fresh_event_counts_four_times_the_baseline() -> None:
    state = mental_state([ago(90, 10, hours=0)], NOW)
    # (90 + 0.25 · 50) / 1.25 and (10 + 0.25 · 50) / 1.25
    assert (state.energy, state.stress) == (82, 18)
    assert (state.confidence, state.source) == (0.5, "events_impact")


def test_after_a_half_life_an_event_counts_half() -> None:
    state = mental_state([Happened(90, 10, NOW - HALF_LIFE)], NOW)
    # (0.5 · 90 + 0.25 · 50) / 0.75
    assert (state.energy, state.confidence) == (77, 0.33)


def test_newer_events_weigh_more() -> None:
    low_then_high = [ago(10, 90, hours=12), ago(90, 10, hours=1)]
    high_then_low = [ago(90, 10, hours=12), ago(10, 90, hours=1)]
    assert mental_state(low_then_high, NOW).energy > 60
    assert mental_state(high_then_low, NOW).energy < 40


def test_confidence_rises_with_the_number_and_falls_with_age() -> None:
    one, three = [ago(50, 50, hours=1)], [ago(50, 50, hours=h) for h in (1, 1, 1)]
    old = [ago(50, 50, hours=30)]
    confidences = [mental_state(events, NOW).confidence for events in (old, one, three)]
    assert confidences == sorted(confidences)
    assert len(set(confidences)) == 3


def test_what_is_out_of_reach_or_yet_to_come_counts_nothing() -> None:
    events = [Happened(0, 100, NOW - REACH - timedelta(seconds=1)), ago(0, 100, minutes=-1)]
    assert mental_state(events, NOW).source == "baseline"


def test_a_series_is_the_state_at_each_moment() -> None:
    events = [ago(20, 80, hours=60), ago(30, 70, hours=20), ago(90, 10, hours=3)]
    moments = [NOW - timedelta(hours=h) for h in (96, 59, 19, 2, 0)]
    assert states_over(events, moments) == [mental_state(events, at) for at in moments]


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100), st.floats(-10, 100)), max_size=30)
)
def test_it_stays_on_its_scales_and_the_order_of_events_is_nothing(
    rows: list[tuple[int, int, float]],
) -> None:
    events = [ago(energy, stress, hours=hours) for energy, stress, hours in rows]
    state = mental_state(events, NOW)
    assert 0 <= state.energy <= 100
    assert 0 <= state.stress <= 100
    assert 0 <= state.confidence < 1
    again = mental_state(sorted(events, key=lambda e: e.energy_level), NOW)
    assert (again.energy, again.confidence) == (state.energy, state.confidence)
