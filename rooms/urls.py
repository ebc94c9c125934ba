"""Addresses."""

from django.urls import URLPattern, URLResolver, include, path

from rooms import customer_views, message_views, views, widget_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("console/", include("rooms.console.urls")),
    path("rooms/new/", views.room_new, name="room_new"),
    path("rooms/archived/", views.rooms_archived, name="rooms_archived"),
    path("rooms/<uuid:room_id>/", views.room, name="room"),
    path(
        "rooms/<uuid:room_id>/threads/<uuid:message_id>/",
        message_views.room_thread,
        name="room_thread",
    ),
    path(
        "rooms/<uuid:room_id>/messages/<uuid:message_id>/",
        message_views.room_message,
        name="room_message",
    ),
    path(
        "rooms/<uuid:room_id>/messages/<uuid:message_id>/versions/",
        message_views.room_message_versions,
        name="room_message_versions",
    ),
    path("rooms/<uuid:room_id>/say/", views.room_say, name="room_say"),
    path("rooms/<uuid:room_id>/read/", views.room_read, name="room_read"),
    path("rooms/<uuid:room_id>/invite/", views.room_invite, name="room_invite"),
    path("rooms/<uuid:room_id>/leave/", views.room_leave, name="room_leave"),
    path("rooms/<uuid:room_id>/archive/", views.room_archive, name="room_archive"),
    path("widget/", widget_views.widget, name="widget"),
    path("widget/rooms/<uuid:room_id>/messages/", widget_views.widget_thread, name="widget_thread"),
    path(
        "widget/rooms/<uuid:room_id>/messages/<uuid:message_id>/",
        widget_views.widget_message,
        name="widget_message",
    ),
    path("widget.js", widget_views.widget_script, name="widget_script"),
    path("support/", customer_views.support, name="support"),
    path("support/<uuid:room_id>/", customer_views.support_room, name="support_room"),
    path(
        "support/<uuid:room_id>/messages/<uuid:message_id>/",
        customer_views.support_message,
        name="support_message",
    ),
    path("support/<uuid:room_id>/say/", customer_views.support_say, name="support_say"),
    path("support/<uuid:room_id>/person/", customer_views.support_person, name="support_person"),
    path("support/<uuid:room_id>/rate/", customer_views.support_rate, name="support_rate"),
    path(
        "support/<uuid:room_id>/transcript/",
        customer_views.support_transcript,
        name="support_transcript",
    ),
    path("support/<uuid:room_id>/reopen/", customer_views.support_reopen, name="support_reopen"),
]
