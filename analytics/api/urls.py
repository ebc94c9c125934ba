"""The addresses of the figures below `/api/v1/`."""

from django.urls import URLPattern, URLResolver, path

from analytics.api import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("analytics/dialogues/", views.DialogueFigures.as_view()),
    path("analytics/support/", views.SupportFigures.as_view()),
    path("analytics/volume/", views.VolumeFigures.as_view()),
]
