"""What my answers took, over HTTP."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.http.permissions import signed_in
from chatcore.http.serializers import StrictSerializer, valid_query
from dialogues.selectors.budgets import month_of
from dialogues.selectors.usage import usage_of, usage_out


class UsageQuery(StrictSerializer):
    """`?month=2026-11`, this month (UTC) without it."""

    month = serializers.DateField(input_formats=["%Y-%m"], required=False)


class UsagePart(serializers.Serializer[Any]):
    answers = serializers.IntegerField()
    tokens = serializers.IntegerField()
    cost = serializers.FloatField(help_text="US dollars.")
    unpriced_tokens = serializers.IntegerField(help_text="Of models whose price is not known.")


class ModelUsage(UsagePart):
    model = serializers.CharField()


class DayUsage(UsagePart):
    day = serializers.DateField()


class LimitsObject(serializers.Serializer[Any]):
    """Null: no limit."""

    month_usd = serializers.FloatField(allow_null=True)
    month_tokens = serializers.IntegerField(allow_null=True)
    session_usd = serializers.FloatField(allow_null=True)
    session_tokens = serializers.IntegerField(allow_null=True)


class UsageObject(serializers.Serializer[Any]):
    """`tokens` and `cost` count deleted dialogues, too, which the parts no longer tell."""

    month = serializers.CharField()
    tokens = serializers.IntegerField()
    cost = serializers.FloatField(help_text="US dollars.")
    limits = LimitsObject()
    by_model = ModelUsage(many=True)
    by_day = DayUsage(many=True)


class UsageView(APIView):
    @extend_schema(
        parameters=[
            OpenApiParameter("month", {"type": "string", "pattern": r"^\d{4}-\d{2}$"}),
        ],
        responses=UsageObject,
    )
    def get(self, request: Request) -> Response:
        """What my answers took this month, or in another, and what they may take."""
        month = valid_query(UsageQuery, request).get("month") or month_of(timezone.now())
        return Response(usage_out(usage_of(signed_in(request), month)))
