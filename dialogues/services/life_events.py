"""Life events: write down, change, delete. The page, the API, the admin and the companion's tool all
come through here, so a right that is missing is missing everywhere."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from chatcore.errors import Invalid, NotFound
from chatcore.models import User
from chatcore.selectors.permissions import require
from dialogues.models import DialogueContext, DialogueType, LifeEvent, LifeEventType
from dialogues.models.life_events import DESCRIPTION_MAX, LEVEL_MOST
from dialogues.selectors.life_events import events_in_reach
from dialogues.selectors.mental_state import mental_state
from dialogues.selectors.wording import events_in_words, state_in_words
from dialogues.services.sanitising import clean_text

# Nobody's memory of an event reaches further back; a clock may be a little fast.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
CLOCK_SLACK = timedelta(minutes=5)


@transaction.atomic
def log_event(
    user: User,
    *,
    event_type: str,
    energy_level: int,
    stress_level: int,
    description: str = "",
    timestamp: datetime | None = None,
) -> LifeEvent:
    """Something happened, just now unless `timestamp` says when; levels are 0 to 100.

    Raises Forbidden without `dialogue:event:create`, Invalid.
    """
    require(user, "dialogue:event:create")
    columns = _checked(
        {
            "event_type": event_type,
            "description": description,
            "energy_level": energy_level,
            "stress_level": stress_level,
            "timestamp": timestamp or timezone.now(),
        }
    )
    event = LifeEvent.objects.create(user=user, **columns)
    _tell_context(user)
    return event


@transaction.atomic
def change_event(event: LifeEvent, *, by: User, **columns: Any) -> LifeEvent:
    """What is not named stays. Raises Forbidden without `dialogue:event:update`, Invalid, NotFound
    when it was deleted meanwhile."""
    require(by, "dialogue:event:update")
    columns = _checked(columns)
    changed = {name: value for name, value in columns.items() if getattr(event, name) != value}
    if not changed:
        return event
    if not LifeEvent.objects.filter(pk=event.pk).update(**changed, updated_at=timezone.now()):
        raise NotFound
    event.refresh_from_db()
    _tell_context(event.user)
    return event


@transaction.atomic
def delete_event(event: LifeEvent, *, by: User) -> None:
    """It is gone, and no later snapshot knows it. Raises Forbidden without `dialogue:event:delete`,
    NotFound when somebody was quicker."""
    require(by, "dialogue:event:delete")
    _, deleted = LifeEvent.objects.filter(pk=event.pk).delete()
    if not deleted.get(LifeEvent._meta.label):
        raise NotFound
    _tell_context(event.user)


def _tell_context(user: User) -> None:
    """Keep the companion's summaries true: of the state, and of what happened (seed 001)."""
    at = timezone.now()
    events = events_in_reach(user.pk, at)
    DialogueContext.objects.filter(session__user=user, session__type=DialogueType.COMPANION).update(
        mental_state_summary=state_in_words(mental_state(events, at)),
        recent_events_summary=events_in_words(events),
        updated_at=at,
    )


def _checked(columns: dict[str, Any]) -> dict[str, Any]:
    """The columns with clean words. Raises Invalid."""
    columns, errors = dict(columns), {}
    if "description" in columns:
        columns["description"] = text = clean_text(columns["description"].strip(), 10_000)
        if len(text) > DESCRIPTION_MAX:
            errors["description"] = [f"At most {DESCRIPTION_MAX} characters."]
    if columns.get("event_type", LifeEventType.OTHER) not in LifeEventType.values:
        errors["event_type"] = [f"One of {', '.join(LifeEventType.values)}."]
    for name in ("energy_level", "stress_level"):
        if not 0 <= columns.get(name, 0) <= LEVEL_MOST:
            errors[name] = [f"A whole number from 0 to {LEVEL_MOST}."]
    if "timestamp" in columns and (wrong := _wrong_time(columns["timestamp"])):
        errors["timestamp"] = [wrong]
    if errors:
        raise Invalid("Some fields are not valid.", errors=errors)
    return columns


def _wrong_time(at: datetime) -> str:
    if at > timezone.now() + CLOCK_SLACK:
        return "It has not happened yet."
    return "" if at >= EARLIEST else f"Not before {EARLIEST.year}."
