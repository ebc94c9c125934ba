"""`search/`: the query string and the hits."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from chatcore.http.serializers import PublicIdField, StrictSerializer
from chatcore.search import HIT_KINDS, OFFSET_MOST, searchables
from chatcore.selectors.search_query import QUERY_MOST

LIMIT, LIMIT_MOST = 20, 50


@extend_schema_field(
    {
        "type": "string",
        "description": "`dialogues`, `rooms`, `books`, with commas between; all where left out.",
    }
)
class KindsField(serializers.CharField):
    """`dialogues,rooms` as a list of names, each once."""

    def to_internal_value(self, data: Any) -> Any:
        names = [name.strip() for name in super().to_internal_value(data).split(",")]
        known = searchables()
        if unknown := [name[:40] for name in names if name not in known]:
            raise serializers.ValidationError(
                f"There is no {unknown[0]!r}. Name some of: {', '.join(known)}."
            )
        return list(dict.fromkeys(names))


class SearchQuery(StrictSerializer):
    q = serializers.CharField(
        max_length=QUERY_MOST,
        help_text='As in a search engine: all words, "a phrase", -without, one or another.',
    )
    conversation = PublicIdField(
        required=False, prefix="dlg", help_text="Only in this dialogue or room."
    )
    limit = serializers.IntegerField(min_value=1, max_value=LIMIT_MOST, default=LIMIT)
    offset = serializers.IntegerField(min_value=0, max_value=OFFSET_MOST, default=0)

    def get_fields(self) -> dict[str, Any]:
        # `in` is a word of Python's.
        return {"in": KindsField(required=False), **super().get_fields()}


class SnippetPart(serializers.Serializer[Any]):
    text = serializers.CharField(trim_whitespace=False, help_text="Plain text, to be escaped.")
    match = serializers.BooleanField(help_text="One of the words asked for.")


class HitNeighbour(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    author = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True, help_text="Its first 200 characters.")


class HitContext(serializers.Serializer[Any]):
    before = HitNeighbour(allow_null=True)
    after = HitNeighbour(allow_null=True)


class HitBody(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(HIT_KINDS)
    id = serializers.UUIDField()
    code = serializers.CharField(allow_null=True, help_text="`msg_…` of a message.")
    conversation = serializers.UUIDField(allow_null=True, help_text="The dialogue or room.")
    book = serializers.UUIDField(allow_null=True)
    title = serializers.CharField(help_text="Of the conversation or the book.")
    author = serializers.CharField(help_text="Who wrote it; of a passage, its chapter.")
    snippet = SnippetPart(many=True)
    rank = serializers.FloatField(help_text="0..1, the best first.")
    created_at = serializers.DateTimeField(allow_null=True)
    url = serializers.CharField(help_text="Its very place, on our pages.")
    seq = serializers.IntegerField(allow_null=True)
    context = HitContext(  # type: ignore[assignment]
        help_text="The messages around it, of those that you may see."
    )


class SearchPage(serializers.Serializer[Any]):
    results = HitBody(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
