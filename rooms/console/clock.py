"""The console's hours: the time zone of who works there, and until when something sleeps."""

from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest
from django.utils import timezone

from chatcore.models import User

# The browser says it in a cookie, as the theme; without script, a person's preference does.
COOKIE = PREFERENCE = "time_zone"
MORNING = 9
SNOOZES = {
    "1h": "For an hour",
    "4h": "For four hours",
    "morning": "Until tomorrow, 9:00",
    "monday": "Until Monday, 9:00",
    "7d": "For a week",
}
_SPANS = {"1h": timedelta(hours=1), "4h": timedelta(hours=4), "7d": timedelta(days=7)}


def zone_of(request: HttpRequest, user: User) -> tzinfo:
    """In which zone times are written and read for them; the server's where none is known."""
    said = request.COOKIES.get(COOKIE), user.chat_preferences.get(PREFERENCE)
    return next(filter(None, map(_zone, said)), timezone.get_default_timezone())


def _zone(name: object) -> tzinfo | None:
    try:
        return ZoneInfo(name) if isinstance(name, str) and len(name) <= 64 else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # no such name, no name at all, a folder
        return None


def wakes_at(snooze: str, now: datetime | None = None) -> datetime:
    """When what is snoozed now wakes, by one of SNOOZES; mornings are those of the current zone."""
    here = timezone.localtime(now)
    if snooze in _SPANS:
        return here + _SPANS[snooze]
    days = 7 - here.weekday() if snooze == "monday" else 1
    day = here.date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, MORNING, tzinfo=here.tzinfo)
