"""Addresses below `/api/v1/rooms/`."""

from django.urls import path

from chatcore.http import converters  # noqa: F401 - registers `message`
from rooms.api import attachments, customer, supervision, views

_ROOM = "rooms/<uuid:room_id>/"

urlpatterns = [
    path("rooms/", views.RoomsView.as_view()),
    path(_ROOM, views.RoomView.as_view()),
    path(f"{_ROOM}participants/", views.ParticipantsView.as_view()),
    path(f"{_ROOM}participants/<uuid:user_id>/", views.ParticipantView.as_view()),
    path(f"{_ROOM}join/", views.JoinView.as_view()),
    path(f"{_ROOM}leave/", views.LeaveView.as_view()),
    path(f"{_ROOM}messages/", views.MessagesView.as_view(), name="room-messages"),
    path(f"{_ROOM}messages/<message:message_id>/", views.MessageView.as_view()),
    path(f"{_ROOM}attachments/", attachments.AttachmentsView.as_view()),
    path(f"{_ROOM}attachments/<uuid:attachment_id>/", attachments.AttachmentView.as_view()),
    path(
        f"{_ROOM}attachments/<uuid:attachment_id>/thumbnail/", attachments.ThumbnailView.as_view()
    ),
    path(f"{_ROOM}messages/<message:message_id>/history/", views.MessageHistoryView.as_view()),
    path(f"{_ROOM}observe/", supervision.ObserveView.as_view()),
    path(f"{_ROOM}supervised-join/", supervision.SupervisedJoinView.as_view()),
    path("observations/", supervision.ObservationsView.as_view()),
    path(f"{_ROOM}read/", views.ReadView.as_view()),
    path(f"{_ROOM}support/", customer.SupportStateView.as_view()),
    path(f"{_ROOM}rating/", customer.RatingView.as_view()),
    path(f"{_ROOM}transcript/", customer.TranscriptView.as_view()),
    path("support/room/", customer.MySupportRoomView.as_view()),
]
