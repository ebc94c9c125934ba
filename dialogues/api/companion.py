"""The companion over HTTP: parse, access, service, render. Its conversation is a dialogue like any
other, so everything of `dialogues/{id}/` works with it, too."""

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.http.limits import Rule
from chatcore.http.permissions import signed_in
from chatcore.http.positions import POSITION_PARAMETERS, position_from
from chatcore.http.serializers import valid, valid_query
from dialogues.api import companion_serializers as bodies
from dialogues.api import examples
from dialogues.api.serializers import DialogueObject, MessagePageObject, SaidObject, SayBody
from dialogues.api.snapshots import WITHOUT, snapshots_wanted
from dialogues.api.sse import said
from dialogues.api.views import MessageList
from dialogues.selectors.companion import companion_context_out, statistics_out
from dialogues.selectors.life_events import mental_state_out, mental_state_series
from dialogues.selectors.messages import message_page
from dialogues.selectors.said import said_about, said_out
from dialogues.selectors.sessions import dialogue_out
from dialogues.services.companion import change_companion, companion_of
from dialogues.services.memory import change_context
from dialogues.services.start_over import start_over
from dialogues.services.turns import ask


class CompanionView(APIView):
    @extend_schema(responses=DialogueObject)
    def get(self, request: Request) -> Response:
        """My one conversation with the companion, made on first use."""
        return Response(dialogue_out(companion_of(signed_in(request))))

    @extend_schema(request=bodies.ChangeCompanion, responses=DialogueObject)
    def patch(self, request: Request) -> Response:
        """Its title, settings and personality."""
        session = companion_of(signed_in(request))
        body = valid(bodies.ChangeCompanion, request.data)
        return Response(dialogue_out(change_companion(session, **body)))


class CompanionMessages(MessageList):
    @extend_schema(
        operation_id="companion_messages_list",
        parameters=[*POSITION_PARAMETERS, WITHOUT],
        responses={(200, "application/json"): MessagePageObject},
    )
    def get(self, request: Request) -> Response:  # type: ignore[override]
        """What we said, in ascending order, each message with its context snapshot."""
        session = companion_of(signed_in(request))
        wanted = snapshots_wanted(request.query_params)
        page = message_page(session, position_from(request.query_params), snapshots=wanted)
        return Response({"results": page.results, "has_more": page.has_more})

    @extend_schema(
        request=SayBody,
        responses={
            (201, "application/json"): SaidObject,
            (200, "text/event-stream"): examples.EVENT_STREAM,
        },
        examples=examples.SAY,
    )
    def post(self, request: Request) -> HttpResponseBase:  # type: ignore[override]
        """Say something and wait for the answer, or have it streamed."""
        me = signed_in(request)
        session = companion_of(me)
        return said(request, ask(me, session.pk, **valid(SayBody, request.data)))


class CompanionSearch(APIView):
    rules = {"GET": Rule.SEARCH}

    @extend_schema(
        operation_id="companion_messages_search",
        parameters=[bodies.SaidQuery],
        responses=bodies.FoundMessages,
    )
    def get(self, request: Request) -> Response:
        """Full-text search in what we said: by rank, then the newest."""
        session = companion_of(signed_in(request))
        query = valid_query(bodies.SaidQuery, request)
        found = said_about(session, query["q"], query["limit"])
        return Response({"results": [said_out(row) for row in found]})


class CompanionStatistics(APIView):
    @extend_schema(responses=bodies.StatisticsObject)
    def get(self, request: Request) -> Response:
        """How much was said, and when last."""
        return Response(statistics_out(companion_of(signed_in(request))))


class CompanionContext(APIView):
    @extend_schema(responses=bodies.CompanionContextObject)
    def get(self, request: Request) -> Response:
        """What the companion has learnt of me."""
        return Response(companion_context_out(companion_of(signed_in(request))))

    @extend_schema(request=bodies.CompanionContextBody, responses=bodies.CompanionContextObject)
    def patch(self, request: Request) -> Response:
        """Correct what it has learnt."""
        session = companion_of(signed_in(request))
        body = valid(bodies.CompanionContextBody, request.data)
        return Response(companion_context_out(change_context(session, **body)))


class CompanionMentalState(APIView):
    @extend_schema(parameters=[bodies.MentalStateQuery], responses=bodies.MentalStateSeries)
    def get(self, request: Request) -> Response:
        """How I stand and stood, for a chart; at even steps, oldest first."""
        me = signed_in(request)
        days = valid_query(bodies.MentalStateQuery, request)["days"]
        series = [mental_state_out(s) for s in mental_state_series(me, days, timezone.now())]
        return Response({"current": series[-1], "results": series})


class CompanionStartOver(APIView):
    @extend_schema(request=bodies.StartOverBody, responses=DialogueObject)
    def post(self, request: Request) -> Response:
        """Erase what was said, what is remembered, or my life events, for good."""
        session = companion_of(signed_in(request))
        body = valid(bodies.StartOverBody, request.data)
        return Response(dialogue_out(start_over(session, **body)))
