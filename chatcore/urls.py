"""Addresses."""

from django.urls import URLPattern, URLResolver, path

from chatcore import key_views, search_views, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("search/", search_views.search_page, name="search"),
    path("keys/", key_views.api_keys, name="api_keys"),
    path("keys/<uuid:key_id>/revoke/", key_views.api_key_revoke, name="api_key_revoke"),
    path("theme/", views.theme, name="theme"),
]
