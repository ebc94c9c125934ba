"""A dialogue to take away, in three forms."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.http.limits import Rule
from chatcore.http.permissions import signed_in
from chatcore.http.rendering import JsonRenderer
from chatcore.http.serializers import StrictSerializer, valid_query
from chatcore.selectors.permissions import require
from dialogues.api.serializers import DialogueObject
from dialogues.selectors import export
from dialogues.selectors.access import dialogue_for

FORMATS = ["json", "markdown", "openai"]
LAST = 1_000


class ExportQuery(StrictSerializer):
    """`?format=&last=`."""

    format = serializers.ChoiceField(choices=FORMATS, default="json")
    last = serializers.IntegerField(min_value=1, max_value=LAST, required=False)


class ExportObject(serializers.Serializer[Any]):
    """With `format=json` the dialogue and its message objects; with `format=openai` `messages` alone,
    in the form of a chat completion."""

    dialogue = DialogueObject(required=False)
    messages = serializers.ListField(child=serializers.DictField())


class MarkdownRenderer(JsonRenderer):
    """A text as it is; what is no text (an error) as JSON."""

    media_type = "text/markdown"
    format = "markdown"
    charset = "utf-8"  # type: ignore[assignment]

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return data.encode() if isinstance(data, str) else super().render(data, *args, **kwargs)


class ByFormat(BaseContentNegotiation):
    """`?format=` chooses, not the Accept header: a link in a page must be enough."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        as_text = request.query_params.get("format") == "markdown"
        renderer = renderers[1] if as_text else renderers[0]
        return renderer, renderer.media_type


class ExportView(APIView):
    renderer_classes = (JsonRenderer, MarkdownRenderer)
    content_negotiation_class = ByFormat
    rules = {"GET": Rule.SEARCH}

    @extend_schema(
        operation_id="dialogues_export",
        parameters=[
            OpenApiParameter("format", str, enum=FORMATS, default="json"),
            OpenApiParameter(
                "last",
                {"type": "integer", "minimum": 1, "maximum": LAST},
                description="Only the last so many messages.",
            ),
        ],
        responses={
            (200, "application/json"): ExportObject,
            (200, "text/markdown"): OpenApiResponse(OpenApiTypes.STR),
        },
    )
    def get(self, request: Request, dialogue_id: str) -> Response:
        """Take a dialogue away: `json` (everything), `markdown` (to read), `openai` (to send on)."""
        me = signed_in(request)
        session = dialogue_for(me, dialogue_id)
        require(me, "dialogue:session:export")
        asked = valid_query(ExportQuery, request)
        messages = export.exported_messages(session, asked.get("last"))
        form = getattr(export, f"as_{asked['format']}")
        return Response(form(session, messages), headers=_saved_as(session.session_id, asked))


def _saved_as(name: str, asked: dict[str, Any]) -> dict[str, str]:
    ending = "md" if asked["format"] == "markdown" else "json"
    return {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
