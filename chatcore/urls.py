"""Addresses."""

from django.urls import URLPattern, URLResolver, path

from chatcore import health, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("theme/", views.theme, name="theme"),
]
