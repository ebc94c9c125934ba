"""Addresses."""

from django.urls import URLPattern, URLResolver, path

from chatcore import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("theme/", views.theme, name="theme"),
]
