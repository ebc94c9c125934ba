"""`rooms/…`: parse, access, service, render."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.http.limits import Rule
from chatcore.http.paging import IdPagination, OldestFirst
from chatcore.http.permissions import signed_in
from chatcore.http.positions import POSITION_PARAMETERS, position_from
from chatcore.http.serializers import valid
from chatcore.selectors.presence import online_in
from rooms.api import serializers as bodies
from rooms.api.filters import RoomFilter
from rooms.selectors.access import (
    moderated_room_for,
    open_room_for,
    read_room_for,
    room_for,
    seen_room_for,
)
from rooms.selectors.history import earlier_versions
from rooms.selectors.messages import message_of, message_out, messages_page, thread_from
from rooms.selectors.rooms import (
    my_place,
    my_room_out,
    participant_out,
    participants_of,
    participants_out,
    rooms_of,
    seen_room_out,
)
from rooms.services import messages, participants, reading, rooms

THREAD = OpenApiParameter("thread", str, description="Of the thread that begins with this message.")


class LastSpokenIn(IdPagination):
    """The room last spoken in first."""

    key = "activity"


class RoomsView(APIView):
    pagination_class = LastSpokenIn
    filterset_class = RoomFilter

    @extend_schema(operation_id="rooms_list", responses=bodies.RoomOut(many=True), filters=True)
    def get(self, request: Request) -> Response:
        """My rooms, the one last spoken in first, with unread counts."""
        found = RoomFilter(request.query_params, queryset=rooms_of(signed_in(request)))
        page = self.pagination_class()
        places = page.paginate_queryset(found.checked(), request, self)
        return page.get_paginated_response([my_room_out(place) for place in places])

    @extend_schema(request=bodies.NewRoom, responses={201: bodies.RoomOut})
    def post(self, request: Request) -> Response:
        """Make a room. A direct room that exists already is returned."""
        body = valid(bodies.NewRoom, request.data)
        me = signed_in(request)
        place = rooms.create_room(by=me, members=body.pop("participants"), **body)
        return Response(my_room_out(my_place(me, place.room_id)), status=201)


class RoomView(APIView):
    @extend_schema(responses=bodies.RoomOut)
    def get(self, request: Request, room_id: UUID) -> Response:
        """One of my rooms."""
        return Response(seen_room_out(seen_room_for(signed_in(request), room_id)))

    @extend_schema(request=bodies.RoomChanges, responses=bodies.RoomOut)
    def patch(self, request: Request, room_id: UUID) -> Response:
        """Change a room; its moderators may."""
        access = moderated_room_for(signed_in(request), room_id, "chat:room:update")
        rooms.update_room(access=access, changes=valid(bodies.RoomChanges, request.data))
        return Response(seen_room_out(access))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, room_id: UUID) -> Response:
        """Delete a room; its moderators may. Nobody finds it any more."""
        me = signed_in(request)
        rooms.delete_room(access=moderated_room_for(me, room_id, "chat:room:delete"))
        return Response(status=204)


class ParticipantsView(APIView):
    pagination_class = OldestFirst

    @extend_schema(
        responses=bodies.PresentParticipantOut(many=True), operation_id="participants_list"
    )
    def get(self, request: Request, room_id: UUID) -> Response:
        """Who is in the room, who came first at the top, and who follows it now."""
        room = seen_room_for(signed_in(request), room_id).room
        page = self.pagination_class()
        places = page.paginate_queryset(participants_of(room), request, self)
        online = online_in(f"room:{room.pk}")
        return page.get_paginated_response(participants_out(places, online))

    @extend_schema(request=bodies.NewParticipant, responses={201: bodies.ParticipantOut})
    def post(self, request: Request, room_id: UUID) -> Response:
        """Bring somebody in; moderators may, and who has the right to invite."""
        body = valid(bodies.NewParticipant, request.data)
        place = participants.invite(
            access=room_for(signed_in(request), room_id),
            user_id=body["user"],
            role=body.get("role"),
        )
        return Response(participant_out(place), status=201)


class ParticipantView(APIView):
    @extend_schema(request=bodies.ParticipantChanges, responses=bodies.ParticipantOut)
    def patch(self, request: Request, room_id: UUID, user_id: UUID) -> Response:
        """Change somebody's role, status or rights; moderators may."""
        place = participants.change_participant(
            access=moderated_room_for(signed_in(request), room_id, "chat:room:moderate"),
            user_id=user_id,
            changes=valid(bodies.ParticipantChanges, request.data),
        )
        return Response(participant_out(place))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, room_id: UUID, user_id: UUID) -> Response:
        """Put somebody out; moderators may. They cannot come back by themselves."""
        access = moderated_room_for(signed_in(request), room_id, "chat:room:moderate")
        participants.remove_participant(access=access, user_id=user_id)
        return Response(status=204)


class JoinView(APIView):
    @extend_schema(request=None, responses={200: bodies.ParticipantOut})
    def post(self, request: Request, room_id: UUID) -> Response:
        """Come into a group that is not private."""
        me = signed_in(request)
        return Response(
            participant_out(participants.join(room=open_room_for(me, room_id), user=me))
        )


class LeaveView(APIView):
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, room_id: UUID) -> Response:
        """Go; the last moderator cannot."""
        participants.leave(access=room_for(signed_in(request), room_id))
        return Response(status=204)


class MessagesView(APIView):
    rules = {"POST": Rule.SEND}

    @extend_schema(
        responses=bodies.RoomMessagePage,
        parameters=[*POSITION_PARAMETERS, THREAD],
        operation_id="room_messages_list",
    )
    def get(self, request: Request, room_id: UUID) -> Response:
        """A page of the room's messages, or of one thread's, by position, ascending."""
        position, thread = position_from(request.query_params), thread_from(request.query_params)
        return Response(messages_page(read_room_for(signed_in(request), room_id), position, thread))

    @extend_schema(request=bodies.NewRoomMessage, responses={201: bodies.RoomMessageOut})
    def post(self, request: Request, room_id: UUID) -> Response:
        """Say something; answered once it is committed. A repeat gives the first message."""
        body = valid(bodies.NewRoomMessage, request.data)
        draft = messages.draft_of(room=room_id, sender=signed_in(request).pk, **body)
        return Response(message_out(messages.say(draft).row), status=201)


class MessageView(APIView):
    @extend_schema(responses=bodies.RoomMessageOut)
    def get(self, request: Request, room_id: UUID, message_id: UUID) -> Response:
        """One message."""
        return Response(message_of(read_room_for(signed_in(request), room_id), message_id))

    @extend_schema(request=bodies.RoomMessageChanges, responses=bodies.RoomMessageOut)
    def patch(self, request: Request, room_id: UUID, message_id: UUID) -> Response:
        """Put other words in the place of my own."""
        body = valid(bodies.RoomMessageChanges, request.data)
        edited = messages.edit_message(
            user=signed_in(request), room=room_id, message=message_id, content=body["content"]
        )
        return Response(message_out(edited.row))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, room_id: UUID, message_id: UUID) -> Response:
        """Take a message back; it keeps its place, empty."""
        messages.delete_message(user=signed_in(request), room=room_id, message=message_id)
        return Response(status=204)


class MessageHistoryView(APIView):
    @extend_schema(responses=bodies.MessageHistory)
    def get(self, request: Request, room_id: UUID, message_id: UUID) -> Response:
        """What a message said before it was edited, latest first; for its sender and moderators."""
        access = read_room_for(signed_in(request), room_id)
        return Response({"results": earlier_versions(access, message_id)})


class ReadView(APIView):
    @extend_schema(request=bodies.ReadMarker, responses=bodies.ReadState)
    def put(self, request: Request, room_id: UUID) -> Response:
        """Say how far I have read; it only moves forward."""
        seq = valid(bodies.ReadMarker, request.data)["seq"]
        read, unread = reading.mark_read(user_id=signed_in(request).pk, room_id=room_id, seq=seq)
        return Response({"last_read_seq": read, "unread_count": unread})
