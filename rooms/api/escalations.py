"""`escalations/…`, and what a room does with them: parse, access, service, render."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.http.paging import IdPagination
from chatcore.http.permissions import signed_in
from chatcore.http.serializers import valid
from rooms.api import escalation_serializers as bodies
from rooms.api.escalation_filters import EscalationFilter
from rooms.models import Escalation
from rooms.selectors.access import room_for, seen_room_for
from rooms.selectors.conclusions import conclusion_for, conclusion_out
from rooms.selectors.escalation_access import (
    escalation_for,
    escalations_for,
    worked_escalation_for,
    works_in_support,
)
from rooms.selectors.escalation_views import detail_seen_by, page_seen_by, shown_to
from rooms.selectors.escalations import brief_out, loaded, of_room
from rooms.selectors.queue import counts_for
from rooms.services import (
    assignment,
    clocks,
    conclusions,
    escalation_care,
    escalations,
)


class EscalationsView(GenericAPIView[Escalation]):
    queryset = Escalation.objects.none()  # tells the OpenAPI document what is filtered
    serializer_class = bodies.EscalationOut
    pagination_class = IdPagination
    filterset_class = EscalationFilter

    @extend_schema(operation_id="escalations_list", responses=bodies.EscalationOut(many=True))
    def get(self, request: Request) -> Response:
        """Those I may see, the newest first; without `snoozed`, only what is awake comes."""
        me = signed_in(request)
        found = EscalationFilter(
            request.query_params, queryset=loaded(escalations_for(me)), request=request
        ).checked()
        page = self.paginate_queryset(found) or []
        if clocks.catch_up(page):
            page = list(loaded(escalations_for(me)).filter(pk__in=[each.pk for each in page]))
            page.sort(key=lambda each: each.pk, reverse=True)
        return self.get_paginated_response(page_seen_by(me, page, works=works_in_support(me)))


class CountsView(APIView):
    @extend_schema(responses=bodies.CountsOut, operation_id="escalation_counts")
    def get(self, request: Request) -> Response:
        """The numbers beside the console's lists."""
        return Response(counts_for(signed_in(request)))


class NextView(APIView):
    @extend_schema(
        request=None,
        responses={200: bodies.EscalationOut, 204: None},
        operation_id="escalation_next",
    )
    def post(self, request: Request) -> Response:
        """Take the next one of my level, else of those below; 204 when nothing waits."""
        me = signed_in(request)
        taken = assignment.pull_next(me)
        if taken is None:
            return Response(status=204)
        return Response(shown_to(me, taken))


class EscalationView(APIView):
    @extend_schema(responses=bodies.EscalationDetail)
    def get(self, request: Request, escalation_id: UUID) -> Response:
        """One of them, its chain of levels, and its story."""
        me = signed_in(request)
        access = escalation_for(me, escalation_id)
        if clocks.catch_up([access.escalation]):
            access = escalation_for(me, escalation_id)
        return Response(detail_seen_by(access))

    @extend_schema(request=bodies.EscalationChanges, responses=bodies.EscalationOut)
    def patch(self, request: Request, escalation_id: UUID) -> Response:
        """Another priority, other tags or skills."""
        me = signed_in(request)
        worked_escalation_for(me, escalation_id)
        changes = valid(bodies.EscalationChanges, request.data)
        after = escalation_care.change_escalation(escalation_id, by=me, changes=changes)
        return Response(shown_to(me, after))


class RoomEscalationsView(APIView):
    @extend_schema(
        responses=bodies.BriefOut(many=True), operation_id="room_escalations_list", filters=False
    )
    def get(self, request: Request, room_id: UUID) -> Response:
        """The escalations of a room that one sees, in the order they came."""
        room = seen_room_for(signed_in(request), room_id).room
        return Response([brief_out(each) for each in of_room(room.pk)])


class EscalateRoomView(APIView):
    @extend_schema(request=bodies.Escalate, responses={201: bodies.EscalationOut})
    def post(self, request: Request, room_id: UUID) -> Response:
        """Ask for a person; or, as the agent at work here, hand the matter to the next level.

        `to_level` and `priority` of who may not escalate are not heard: the room's level, in turn.
        """
        me = signed_in(request)
        access = room_for(me, room_id)
        body = valid(bodies.Escalate, request.data)
        made = escalations.escalate_as_allowed(access=access, by=me, **body)
        return Response(shown_to(me, made), status=201)


class ConcludeView(APIView):
    @extend_schema(responses=bodies.ConclusionOut, operation_id="rooms_conclusion_retrieve")
    def get(self, request: Request, room_id: UUID) -> Response:
        """How the conversation of a room that one sees ended."""
        room = seen_room_for(signed_in(request), room_id).room
        return Response(conclusion_out(conclusion_for(room)))

    @extend_schema(request=bodies.Conclude, responses=bodies.ConclusionOut)
    def post(self, request: Request, room_id: UUID) -> Response:
        """Conclude the conversation, rate it, or both; its rooms are closed."""
        me = signed_in(request)
        access = room_for(me, room_id)
        body = valid(bodies.Conclude, request.data)
        found = conclusions.conclude_room(access=access, by=me, **body)
        return Response(conclusion_out(found))
