"""`rooms/{id}/observe/`, `rooms/{id}/supervised-join/`, `observations/`: supervision, on record."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.http.paging import IdPagination
from chatcore.http.permissions import signed_in
from chatcore.http.serializers import StrictSerializer, valid
from rooms.api.serializers import ParticipantOut
from rooms.models import Role, SupervisorAction
from rooms.models.supervision import REASON_LEAST, REASON_MOST
from rooms.selectors.access import running_observations, supervised_room_for
from rooms.selectors.rooms import participant_out
from rooms.services import supervision


class Reason(StrictSerializer):
    reason = serializers.CharField(min_length=REASON_LEAST, max_length=REASON_MOST)


class NewObservation(Reason):
    minutes = serializers.IntegerField(
        min_value=1, max_value=supervision.MINUTES_MOST, default=supervision.MINUTES
    )


class NewSupervisedJoin(Reason):
    role = serializers.ChoiceField(choices=[Role.MEMBER, Role.MODERATOR], default=Role.MEMBER)


class ObservationOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    room = serializers.UUIDField(source="room_id")
    supervisor = serializers.UUIDField(source="supervisor_id")
    action = serializers.ChoiceField(choices=SupervisorAction.choices)
    reason = serializers.CharField()
    started_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class ObserveView(APIView):
    @extend_schema(request=NewObservation, responses={201: ObservationOut})
    def post(self, request: Request, room_id: UUID) -> Response:
        """Look into a room that I am not in, for so many minutes. The reason is kept for good."""
        me = signed_in(request)
        room = supervised_room_for(me, room_id, "supervisor:chat:observe")
        begun = supervision.observe(room=room, by=me, **valid(NewObservation, request.data))
        return Response(ObservationOut(begun).data, status=201)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, room_id: UUID) -> Response:
        """Stop looking on."""
        me = signed_in(request)
        room = supervised_room_for(me, room_id, "supervisor:chat:observe")
        supervision.end_observation(room=room, by=me)
        return Response(status=204)


class SupervisedJoinView(APIView):
    @extend_schema(request=NewSupervisedJoin, responses={201: ParticipantOut})
    def post(self, request: Request, room_id: UUID) -> Response:
        """Come into any room, with a reason that is kept for good; everybody sees me come."""
        me = signed_in(request)
        room = supervised_room_for(me, room_id, "supervisor:chat:join")
        body = valid(NewSupervisedJoin, request.data)
        place = supervision.join_supervised(room=room, by=me, **body)
        return Response(participant_out(place), status=201)


class ObservationsView(APIView):
    pagination_class = IdPagination

    @extend_schema(operation_id="observations_list", responses=ObservationOut(many=True))
    def get(self, request: Request) -> Response:
        """The rooms that I look into at this moment."""
        page = self.pagination_class()
        rows = page.paginate_queryset(running_observations(signed_in(request)), request, self)
        return page.get_paginated_response(ObservationOut(rows, many=True).data)
