"""Addresses of escalations and of what agents have at hand, below `/api/v1/`."""

from django.urls import path

from rooms.api import escalation_steps as steps
from rooms.api import escalations as views
from rooms.api import support

_ROOM = "rooms/<uuid:room_id>/"
_ONE = "escalations/<uuid:escalation_id>/"

urlpatterns = [
    path(f"{_ROOM}escalate/", views.EscalateRoomView.as_view()),
    path(f"{_ROOM}escalations/", views.RoomEscalationsView.as_view()),
    path(f"{_ROOM}conclude/", views.ConcludeView.as_view()),
    path("escalations/", views.EscalationsView.as_view()),
    path("escalations/counts/", views.CountsView.as_view()),
    path("escalations/next/", views.NextView.as_view()),
    path(_ONE, views.EscalationView.as_view()),
    path(f"{_ONE}assign/", steps.AssignView.as_view()),
    path(f"{_ONE}accept/", steps.AcceptView.as_view()),
    path(f"{_ONE}decline/", steps.DeclineView.as_view()),
    path(f"{_ONE}start/", steps.StartView.as_view()),
    path(f"{_ONE}resolve/", steps.ResolveView.as_view()),
    path(f"{_ONE}cancel/", steps.CancelView.as_view()),
    path(f"{_ONE}reopen/", steps.ReopenView.as_view()),
    path(f"{_ONE}escalate/", steps.HandUpView.as_view()),
    path(f"{_ONE}transfer/", steps.TransferView.as_view()),
    path(f"{_ONE}snooze/", steps.SnoozeView.as_view()),
    path(f"{_ONE}watch/", steps.WatchView.as_view()),
    path(f"{_ONE}macros/<uuid:macro_id>/", support.RunMacroView.as_view()),
    path("canned-responses/", support.CannedResponsesView.as_view()),
    path("canned-responses/<uuid:canned_id>/", support.CannedResponseView.as_view()),
    path("canned-responses/<uuid:canned_id>/fill/", support.FillView.as_view()),
    path("macros/", support.MacrosView.as_view()),
    path("macros/<uuid:macro_id>/", support.MacroView.as_view()),
    path("support/me/", support.MyProfileView.as_view()),
    path("support/agents/", support.AgentsView.as_view()),
    path("support/agents/<uuid:user_id>/", support.AgentView.as_view()),
    path("sla-policies/", support.PoliciesView.as_view()),
]
