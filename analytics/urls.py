"""Addresses."""

from django.urls import URLPattern, URLResolver, path

from analytics import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("analytics/", views.dashboard, name="analytics"),
]
