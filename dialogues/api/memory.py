"""What a dialogue remembers, over HTTP: parse, access, service, render."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.http.permissions import signed_in
from chatcore.http.serializers import valid
from dialogues.api import memory_serializers as bodies
from dialogues.selectors.access import dialogue_for
from dialogues.selectors.facts import facts_out
from dialogues.selectors.memory import context_out
from dialogues.services import memory

CORRECT = [OpenApiExample("Another value", request_only=True, value={"value": "Lisbon"})]


class ContextView(APIView):
    @extend_schema(responses=bodies.ContextObject)
    def get(self, request: Request, dialogue_id: str) -> Response:
        """What the dialogue remembers."""
        return Response(context_out(dialogue_for(signed_in(request), dialogue_id)))

    @extend_schema(request=bodies.ContextBody, responses=bodies.ContextObject)
    def patch(self, request: Request, dialogue_id: str) -> Response:
        """How far I have read, and what I put right of topics, points and summary."""
        session = dialogue_for(signed_in(request), dialogue_id)
        body = valid(bodies.ContextBody, request.data)
        return Response(context_out(memory.change_context(session, **body)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, dialogue_id: str) -> Response:
        """Forget all of it; the messages stay, and nothing is learned from them again."""
        memory.forget_memory(dialogue_for(signed_in(request), dialogue_id))
        return Response(status=204)


class FactList(APIView):
    @extend_schema(operation_id="dialogues_context_facts_list", responses=bodies.FactListObject)
    def get(self, request: Request, dialogue_id: str) -> Response:
        """What it remembers of me, each fact with its source."""
        session = dialogue_for(signed_in(request), dialogue_id)
        return Response({"results": facts_out(session.pk)})


class FactDetail(APIView):
    @extend_schema(request=bodies.FactBody, responses=bodies.FactObject, examples=CORRECT)
    def patch(self, request: Request, dialogue_id: str, fact_id: str) -> Response:
        """Put a fact right."""
        session = dialogue_for(signed_in(request), dialogue_id)
        value = valid(bodies.FactBody, request.data)["value"]
        return Response(memory.correct_fact(session, fact_id, value))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, dialogue_id: str, fact_id: str) -> Response:
        """Forget a fact; it is not learned from the same message again."""
        memory.forget_fact(dialogue_for(signed_in(request), dialogue_id), fact_id)
        return Response(status=204)
