"""`/v1/models` and `/v1/chat/completions`: any OpenAI client talks with a book, a character, the
assistant or the companion. Stored like any other dialogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, cast

from django.http import HttpResponseBase
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from typing_extensions import override

from chatcore.errors import NotAuthenticated
from chatcore.http.authentication import bearer_token
from chatcore.http.limits import Rule
from chatcore.http.permissions import signed_in
from chatcore.http.serializers import valid
from chatcore.models import ApiKey, User
from chatcore.selectors.api_keys import key_of_secret
from chatcore.services.api_keys import note_use
from dialogues.openai_door.answers import answered, streamed
from dialogues.openai_door.errors import error_response
from dialogues.openai_door.reading import Completion, sent_by
from dialogues.openai_door.writing import model_out
from dialogues.selectors.openai_models import openai_model, openai_models
from dialogues.services.openai_turns import ask_through_key


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer ck_…`, of either scope; `request.auth` is the key."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey]:
        key = key_of_secret(bearer_token(request) or "")
        if key is None:
            raise NotAuthenticated("Incorrect API key provided.")
        note_use(key)
        return key.user, key

    @override
    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="chatcore"'


class WhateverIsAccepted(DefaultContentNegotiation):
    """Clients ask for JSON where they want a stream, and the reverse: `stream` decides."""

    @override
    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class DoorView(APIView):
    schema = None  # OpenAI's contract, not ours
    authentication_classes = (KeyAuthentication,)
    content_negotiation_class = WhateverIsAccepted
    rules: ClassVar[dict[str, Rule]] = {"POST": Rule.ASK}

    def get_exception_handler(self) -> Callable[..., Any]:
        return error_response


class ModelsView(DoorView):
    def get(self, request: Request) -> Response:
        """Everybody I may talk with."""
        models = openai_models(signed_in(request))
        return Response({"object": "list", "data": [model_out(model) for model in models]})


class ModelView(DoorView):
    def get(self, request: Request, name: str) -> Response:
        return Response(model_out(openai_model(signed_in(request), name)))


class CompletionsView(DoorView):
    def post(self, request: Request) -> HttpResponseBase:
        """Ask; answered whole or streamed."""
        body, key = valid(Completion, request.data), cast("ApiKey", request.auth)
        model = openai_model(key.user, body["model"])
        sent = sent_by(key, body, request.headers)
        asked = ask_through_key(key, model, sent)
        if not body["stream"]:
            return answered(request, asked, model, sent)
        with_usage = bool((body.get("stream_options") or {}).get("include_usage"))
        return streamed(asked, model, sent, with_usage=with_usage)
