"""`{{ one.created_at|ago }}`: how long ago, exact where the pointer rests; console.js keeps it true."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

register = template.Library()
_STEPS = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min"))
# From here on the day itself says more.
_LONG = timedelta(days=30)


@register.filter
def ago(at: datetime | None) -> str:
    """A `<time>`; nothing for None."""
    if at is None:
        return ""
    here = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>',
        at.isoformat(),
        date_format(here, "j M Y, H:i"),
        since(timezone.now() - at) or date_format(here, "j M Y"),
    )


def since(span: timedelta) -> str:
    """As console.js says it, too; empty where it is long ago."""
    if span >= _LONG:
        return ""
    for length, unit in _STEPS:
        if span >= length:
            return f"{span // length} {unit} ago"
    return "just now"
