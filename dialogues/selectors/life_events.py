"""Life events of a person: found and allowed are one question, and the one renderer."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from chatcore.errors import NotFound
from chatcore.models import User
from dialogues.models import LifeEvent
from dialogues.selectors.access import public_id
from dialogues.selectors.mental_state import REACH, MentalState, mental_state, states_over
from dialogues.selectors.sessions import instant

# What one figure looks at, and what one chart does: far more than anybody writes down.
EVENTS_MOST = 200
CHART_EVENTS_MOST = 5_000
# A chart has about so many points.
POINTS = 84


def life_events_of(user: User) -> QuerySet[LifeEvent]:
    """The person's life events."""
    return LifeEvent.objects.filter(user=user)


def life_event_for(user: User, key: UUID | str) -> LifeEvent:
    """One of the person's life events. Raises NotFound."""
    found = life_events_of(user).filter(pk=public_id(key, "evt")).first()
    if found is None:
        raise NotFound("There is no such life event of yours.")
    return found


def events_between(user_id: UUID, since: datetime, until: datetime, most: int) -> list[LifeEvent]:
    """What happened in a stretch of time, the newest first."""
    found = LifeEvent.objects.filter(user_id=user_id, timestamp__range=(since, until))
    return list(found.order_by("-timestamp", "-id")[:most])


def events_in_reach(user_id: UUID, at: datetime) -> list[LifeEvent]:
    """What the state of a moment is computed from, the newest first."""
    return events_between(user_id, at - REACH, at, EVENTS_MOST)


def mental_state_of(user: User, at: datetime) -> MentalState:
    """The person's state at a moment."""
    return mental_state(events_in_reach(user.pk, at), at)


def mental_state_series(user: User, days: int, until: datetime) -> list[MentalState]:
    """The state over the last days at even steps, for a chart; the last one is that of `until`."""
    step = timedelta(hours=max(1, -(-days * 24 // POINTS)))
    count = timedelta(days=days) // step
    moments = [until - step * back for back in range(count, -1, -1)]
    events = events_between(user.pk, moments[0] - REACH, until, CHART_EVENTS_MOST)
    return states_over(events[::-1], moments)


def life_event_out(event: LifeEvent) -> dict[str, Any]:
    """The object of `GET life-events/{id}/`, JSON types only."""
    return {
        "id": str(event.pk),
        "event_type": event.event_type,
        "description": event.description,
        "energy_level": event.energy_level,
        "stress_level": event.stress_level,
        "timestamp": instant(event.timestamp),
        "created_at": instant(event.created_at),
        "updated_at": instant(event.updated_at),
    }


def mental_state_out(state: MentalState) -> dict[str, Any]:
    """A state as `GET companion/mental-state/` gives it."""
    return {
        "at": instant(state.at),
        "energy": state.energy,
        "stress": state.stress,
        "confidence": state.confidence,
        "source": state.source,
    }
