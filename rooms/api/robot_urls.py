"""Addresses of robots below `/api/v1/`."""

from django.urls import path

from rooms.api import robots as views

urlpatterns = [
    path("robots/", views.RobotsView.as_view()),
    path("robots/<slug:robot_id>/", views.RobotView.as_view()),
    path("robot-interactions/", views.InteractionsView.as_view()),
    path("robot-interactions/<uuid:interaction_id>/", views.InteractionView.as_view()),
]
