"""Addresses of the console."""

from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from rooms.console import agent, escalation, kept, queues, team


class ShelfConverter(StringConverter):
    regex = "|".join(kept.SHELVES)


register_converter(ShelfConverter, "shelf")
ONE = "escalations/<uuid:escalation_id>/"
urlpatterns: list[URLPattern] = [
    path("", queues.console_queue, name="console"),
    path("queues/<slug:name>/", queues.console_queue, name="console_queue"),
    path("counts/", queues.console_counts, name="console_counts"),
    path("next/", queues.console_next, name="console_next"),
    path("availability/", queues.console_availability, name="console_availability"),
    path("filters/", queues.console_filters, name="console_filters"),
    path("team/", team.console_team, name="console_team"),
    path("team/<uuid:user_id>/", agent.console_agent, name="console_agent"),
    path("<shelf:shelf>/", kept.console_kept, name="console_kept"),
    path("<shelf:shelf>/new/", kept.console_keep, name="console_keep"),
    path("<shelf:shelf>/<uuid:key>/", kept.console_keep, name="console_keep"),
    path("<shelf:shelf>/<uuid:key>/delete/", kept.console_forget, name="console_forget"),
    path(ONE, escalation.console_escalation, name="console_escalation"),
    path(f"{ONE}say/", escalation.console_say, name="console_say"),
    path(f"{ONE}canned/", escalation.console_canned, name="console_canned"),
    path(f"{ONE}others/", escalation.console_others, name="console_others"),
    path(f"{ONE}<slug:step>/", escalation.console_step, name="console_step"),
]
