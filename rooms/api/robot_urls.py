"""Addresses of robots and webhooks below `/api/v1/`."""

from django.urls import path

from rooms.api import robots as views
from rooms.api import webhooks

_WEBHOOK = "webhooks/<uuid:webhook_id>/"

urlpatterns = [
    path("robots/", views.RobotsView.as_view()),
    path("robots/<slug:robot_id>/", views.RobotView.as_view()),
    path("robots/<slug:robot_id>/secret/", views.RobotSecretView.as_view()),
    path("robots/<slug:robot_id>/usage/", views.RobotUsageView.as_view()),
    path("robot-interactions/", views.InteractionsView.as_view()),
    path("robot-interactions/<uuid:interaction_id>/", views.InteractionView.as_view()),
    path("robot-interactions/<uuid:interaction_id>/replay/", views.ReplayInteractionView.as_view()),
    path("webhooks/", webhooks.WebhooksView.as_view()),
    path(_WEBHOOK, webhooks.WebhookView.as_view()),
    path(f"{_WEBHOOK}secret/", webhooks.WebhookSecretView.as_view()),
    path(f"{_WEBHOOK}deliveries/", webhooks.DeliveriesView.as_view()),
    path(f"{_WEBHOOK}deliveries/<uuid:delivery_id>/", webhooks.DeliveryView.as_view()),
    path(f"{_WEBHOOK}deliveries/<uuid:delivery_id>/replay/", webhooks.ReplayDeliveryView.as_view()),
]
