"""Dialogues over HTTP: parse, access, service, render."""

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.http.limits import Rule
from chatcore.http.paging import IdPagination
from chatcore.http.permissions import signed_in
from chatcore.http.positions import POSITION_PARAMETERS, position_from
from chatcore.http.rendering import JsonRenderer
from chatcore.http.serializers import valid
from dialogues.api import examples
from dialogues.api import serializers as bodies
from dialogues.api.filters import DialogueFilter
from dialogues.api.snapshots import WITHOUT, snapshots_wanted
from dialogues.api.sse import EventStreamRenderer, said
from dialogues.models import DialogueSession
from dialogues.selectors.access import dialogue_for, dialogues_of, public_id
from dialogues.selectors.messages import message_page
from dialogues.selectors.sessions import dialogue_out
from dialogues.services import sessions
from dialogues.services.regenerating import regenerate
from dialogues.services.turns import ask, cancel_turns


class DialogueList(GenericAPIView[DialogueSession]):
    queryset = DialogueSession.objects.none()  # tells the OpenAPI document what is filtered
    serializer_class = bodies.DialogueObject
    pagination_class = IdPagination
    filterset_class = DialogueFilter
    rules = {"POST": Rule.ASK}

    @extend_schema(operation_id="dialogues_list", responses=bodies.DialogueObject(many=True))
    def get(self, request: Request) -> Response:
        """My dialogues, the newest first."""
        mine = self.filter_queryset(dialogues_of(signed_in(request)))
        page = self.paginate_queryset(mine) or []
        return self.get_paginated_response([dialogue_out(session) for session in page])

    @extend_schema(
        request=bodies.CreateDialogue,
        responses={201: bodies.DialogueObject},
        examples=examples.CREATE,
    )
    def post(self, request: Request) -> Response:
        """Begin a dialogue; an initial question is asked at once."""
        body = valid(bodies.CreateDialogue, request.data)
        session = sessions.create_dialogue(signed_in(request), **body)
        return Response(dialogue_out(session), status=201)


class DialogueDetail(APIView):
    @extend_schema(responses=bodies.DialogueObject)
    def get(self, request: Request, dialogue_id: str) -> Response:
        """One of my dialogues."""
        return Response(dialogue_out(dialogue_for(signed_in(request), dialogue_id)))

    @extend_schema(request=bodies.ChangeDialogue, responses=bodies.DialogueObject)
    def patch(self, request: Request, dialogue_id: str) -> Response:
        """Title, settings, archive; `active` opens an ended dialogue again."""
        session = dialogue_for(signed_in(request), dialogue_id)
        body = valid(bodies.ChangeDialogue, request.data)
        return Response(dialogue_out(sessions.change_dialogue(session, **body)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, dialogue_id: str) -> Response:
        """Delete it; an answer under way is called off."""
        sessions.delete_dialogue(dialogue_for(signed_in(request), dialogue_id))
        return Response(status=204)


class MessageList(APIView):
    renderer_classes = (JsonRenderer, EventStreamRenderer)
    rules = {"POST": Rule.ASK}

    def get_renderers(self) -> list[BaseRenderer]:
        """Only an answer is streamed, history is not."""
        return super().get_renderers() if self.request.method == "POST" else [JsonRenderer()]

    @extend_schema(
        operation_id="dialogues_messages_list",
        parameters=[*POSITION_PARAMETERS, WITHOUT],
        responses={(200, "application/json"): bodies.MessagePageObject},
    )
    def get(self, request: Request, dialogue_id: str) -> Response:
        """Messages in ascending order, with their references."""
        session = dialogue_for(signed_in(request), dialogue_id)
        wanted = snapshots_wanted(request.query_params)
        page = message_page(session, position_from(request.query_params), snapshots=wanted)
        return Response({"results": page.results, "has_more": page.has_more})

    @extend_schema(
        request=bodies.SayBody,
        responses={
            (201, "application/json"): bodies.SaidObject,
            (200, "text/event-stream"): examples.EVENT_STREAM,
        },
        examples=examples.SAY,
    )
    def post(self, request: Request, dialogue_id: str) -> HttpResponseBase:
        """Say something and wait for the answer, or have it streamed."""
        body = valid(bodies.SayBody, request.data)
        asked = ask(signed_in(request), public_id(dialogue_id, "dlg"), **body)
        return said(request, asked)


class RegenerateView(APIView):
    renderer_classes = (JsonRenderer, EventStreamRenderer)
    rules = {"POST": Rule.ASK}

    @extend_schema(
        request=bodies.RegenerateBody,
        responses={
            (201, "application/json"): bodies.SaidObject,
            (200, "text/event-stream"): examples.EVENT_STREAM,
        },
    )
    def post(self, request: Request, dialogue_id: str, message_id: str) -> HttpResponseBase:
        """Another answer to a question, named by itself or by an answer to it."""
        session = public_id(dialogue_id, "dlg")
        body = valid(bodies.RegenerateBody, request.data)
        return said(request, regenerate(signed_in(request), session, message_id, **body))


class CancelView(APIView):
    @extend_schema(request=None, responses=bodies.CancelledObject)
    def post(self, request: Request, dialogue_id: str) -> Response:
        """Call off the answers that are under way or waiting."""
        session = dialogue_for(signed_in(request), dialogue_id)
        return Response({"cancelled": cancel_turns(session.id)})


class EndView(APIView):
    @extend_schema(request=None, responses=bodies.DialogueObject)
    def post(self, request: Request, dialogue_id: str) -> Response:
        """End the dialogue: nothing more can be said in it."""
        session = dialogue_for(signed_in(request), dialogue_id)
        return Response(dialogue_out(sessions.end_dialogue(session)))


class RatingView(APIView):
    @extend_schema(request=bodies.RatingBody, responses=bodies.DialogueObject)
    def put(self, request: Request, dialogue_id: str) -> Response:
        """Rate the dialogue, 1 to 5."""
        session = dialogue_for(signed_in(request), dialogue_id)
        rating = valid(bodies.RatingBody, request.data)["user_rating"]
        return Response(dialogue_out(sessions.rate_dialogue(session, rating)))
