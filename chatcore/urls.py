"""Addresses."""

from django.urls import URLPattern, URLResolver, path

from chatcore import search_views, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("search/", search_views.search_page, name="search"),
    path("theme/", views.theme, name="theme"),
]
