"""`support/room/`, `rooms/{id}/support/`, `rooms/{id}/rating/`: the customer's side of support."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.http.limits import Rule
from chatcore.http.permissions import signed_in
from chatcore.http.serializers import StrictSerializer, valid
from chatcore.models.conversations import CONTENT_MAX
from rooms.api.escalation_serializers import ConclusionOut
from rooms.api.serializers import PersonOut
from rooms.models import MailState
from rooms.models.conclusions import TEXT_MAX
from rooms.selectors.access import room_for
from rooms.selectors.conclusions import conclusion_out
from rooms.selectors.customer import running_room_of, support_state
from rooms.services.customer import NAME_MAX, open_support_room, rate_help
from rooms.services.mail import ask_for_transcript

STAGES = ("talking", "waiting", "assigned", "working", "solved", "concluded")


class OpenSupport(StrictSerializer):
    content = serializers.CharField(max_length=CONTENT_MAX, help_text="The first words.")
    subject = serializers.CharField(max_length=NAME_MAX, required=False, allow_blank=True)
    client_ref = serializers.UUIDField(required=False)


class Rating(StrictSerializer):
    rating = serializers.IntegerField(min_value=1, max_value=5)
    comment = serializers.CharField(max_length=TEXT_MAX, required=False, allow_blank=True)


class TranscriptBody(StrictSerializer):
    email = serializers.EmailField(
        required=False, help_text="For guests; everybody else gets it at their account's address."
    )


class TranscriptOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    to_address = serializers.CharField()
    state = serializers.ChoiceField(choices=MailState.choices)


class SupportState(serializers.Serializer[Any]):
    """Where a conversation with support stands."""

    room = serializers.UUIDField(help_text="Where it goes on; another one after a handover.")
    stage = serializers.ChoiceField(choices=STAGES)
    summary = serializers.CharField(help_text="The same in a sentence for the customer.")
    escalation = serializers.UUIDField(allow_null=True)
    agent = PersonOut(allow_null=True)
    position = serializers.IntegerField(allow_null=True, help_text="In the queue; 1 is next.")
    expected_wait_seconds = serializers.IntegerField(allow_null=True)
    rating = serializers.IntegerField(allow_null=True)
    may_ask = serializers.BooleanField()
    may_rate = serializers.BooleanField()
    may_reopen = serializers.BooleanField()


class MySupportRoomView(APIView):
    @extend_schema(responses={200: SupportState, 204: None}, operation_id="support_room_retrieve")
    def get(self, request: Request) -> Response:
        """The conversation with support that I have running; 204 where there is none."""
        me = signed_in(request)
        room = running_room_of(me)
        if room is None:
            return Response(status=204)
        return Response(support_state(room_for(me, room.pk)))

    @extend_schema(
        request=OpenSupport, responses={201: SupportState}, operation_id="support_room_create"
    )
    def post(self, request: Request) -> Response:
        """Open a support room with its first words; what runs already goes on with them."""
        me = signed_in(request)
        room = open_support_room(by=me, **valid(OpenSupport, request.data))
        return Response(support_state(room_for(me, room.pk)), status=201)


class SupportStateView(APIView):
    @extend_schema(responses=SupportState, operation_id="rooms_support_retrieve")
    def get(self, request: Request, room_id: UUID) -> Response:
        """Who has it, how long the queue is, and what may be done."""
        return Response(support_state(room_for(signed_in(request), room_id)))


class RatingView(APIView):
    @extend_schema(request=Rating, responses=ConclusionOut, operation_id="rooms_rating_create")
    def post(self, request: Request, room_id: UUID) -> Response:
        """Rate the help, 1 to 5; a conversation that still runs ends with it."""
        me = signed_in(request)
        access = room_for(me, room_id)
        found = rate_help(access=access, by=me, **valid(Rating, request.data))
        return Response(conclusion_out(found))


class TranscriptView(APIView):
    rules = {"POST": Rule.TRANSCRIPT}

    @extend_schema(
        request=TranscriptBody,
        responses={202: TranscriptOut},
        operation_id="rooms_transcript_create",
    )
    def post(self, request: Request, room_id: UUID) -> Response:
        """Send the conversation by mail, without what is private."""
        me = signed_in(request)
        access = room_for(me, room_id)
        body = valid(TranscriptBody, request.data)
        mail = ask_for_transcript(access=access, by=me, **body)
        return Response(TranscriptOut(mail).data, status=202)
