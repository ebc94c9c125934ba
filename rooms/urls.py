"""Addresses."""

from django.urls import URLPattern, URLResolver, include, path

from rooms import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("console/", include("rooms.console.urls")),
    path("rooms/new/", views.room_new, name="room_new"),
    path("rooms/<uuid:room_id>/", views.room, name="room"),
    path("rooms/<uuid:room_id>/say/", views.room_say, name="room_say"),
    path("rooms/<uuid:room_id>/read/", views.room_read, name="room_read"),
    path("rooms/<uuid:room_id>/invite/", views.room_invite, name="room_invite"),
    path("rooms/<uuid:room_id>/leave/", views.room_leave, name="room_leave"),
]
