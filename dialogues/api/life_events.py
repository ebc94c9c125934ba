"""Life events over HTTP: parse, access, service, render."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.http.permissions import signed_in
from chatcore.http.ranked_paging import TimePagination
from chatcore.http.serializers import valid
from dialogues.api import companion_serializers as bodies
from dialogues.api.filters import LifeEventFilter
from dialogues.models import LifeEvent
from dialogues.selectors.life_events import life_event_for, life_event_out, life_events_of
from dialogues.services import life_events

LOG = [
    OpenApiExample(
        "A meeting",
        request_only=True,
        value={
            "event_type": "work",
            "description": "Planning meeting",
            "energy_level": 40,
            "stress_level": 70,
            "timestamp": "2025-09-12T04:30:00+00:00",
        },
    )
]


class LatestFirst(TimePagination):
    rank = "timestamp"


class LifeEventList(GenericAPIView[LifeEvent]):
    queryset = LifeEvent.objects.none()  # tells the OpenAPI document what is filtered
    serializer_class = bodies.LifeEventObject
    pagination_class = LatestFirst
    filterset_class = LifeEventFilter

    @extend_schema(operation_id="life_events_list", responses=bodies.LifeEventObject(many=True))
    def get(self, request: Request) -> Response:
        """My life events, the latest first."""
        mine = self.filter_queryset(life_events_of(signed_in(request)))
        page = self.paginate_queryset(mine) or []
        return self.get_paginated_response([life_event_out(event) for event in page])

    @extend_schema(
        request=bodies.LifeEventBody, responses={201: bodies.LifeEventObject}, examples=LOG
    )
    def post(self, request: Request) -> Response:
        """Write down what happened."""
        body = valid(bodies.LifeEventBody, request.data)
        return Response(life_event_out(life_events.log_event(signed_in(request), **body)), 201)


class LifeEventDetail(APIView):
    @extend_schema(responses=bodies.LifeEventObject)
    def get(self, request: Request, event_id: str) -> Response:
        """One of my life events."""
        return Response(life_event_out(life_event_for(signed_in(request), event_id)))

    @extend_schema(request=bodies.LifeEventChanges, responses=bodies.LifeEventObject)
    def patch(self, request: Request, event_id: str) -> Response:
        """Correct it; what is not named stays."""
        me = signed_in(request)
        event = life_event_for(me, event_id)
        body = valid(bodies.LifeEventChanges, request.data)
        return Response(life_event_out(life_events.change_event(event, by=me, **body)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, event_id: str) -> Response:
        """Delete it: no later snapshot knows it."""
        me = signed_in(request)
        life_events.delete_event(life_event_for(me, event_id), by=me)
        return Response(status=204)
