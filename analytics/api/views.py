"""Figures over HTTP: parse, access, select, render."""

from typing import ClassVar

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from analytics.api import serializers as bodies
from analytics.api.csv import FORMAT, CsvRenderer, csv_response, wants_csv
from analytics.api.filters import (
    DialogueAnalyticsFilter,
    MessageVolumeFilter,
    SupportAnalyticsFilter,
)
from analytics.api.paging import FiguresPagination
from analytics.models import DialogueAnalytics, MessageVolume, SupportAnalytics
from analytics.selectors.rows import VIEW_PERMISSION, dialogue_rows, support_rows, volume_rows
from chatcore.http.permissions import Requires
from chatcore.http.rendering import JsonRenderer

CSV = {(200, "text/csv"): OpenApiTypes.STR}


class Figures(GenericAPIView):  # type: ignore[type-arg]
    """A view's rows, by page or all of them as CSV."""

    permission_classes = (Requires(VIEW_PERMISSION),)
    renderer_classes = (JsonRenderer, CsvRenderer)
    pagination_class = FiguresPagination
    materialized_view: ClassVar[str]
    row: ClassVar[type[Serializer[object]]]

    def listed(
        self,
        rows: QuerySet[DialogueAnalytics] | QuerySet[MessageVolume] | QuerySet[SupportAnalytics],
    ) -> HttpResponseBase:
        found = self.filter_queryset(rows)
        if wants_csv(self.request):
            return csv_response(found, bodies.columns_of(self.row), self.materialized_view)
        page = self.paginate_queryset(found) or []
        return self.get_paginated_response(self.row(page, many=True).data)


class DialogueFigures(Figures):
    queryset = DialogueAnalytics.objects.none()  # tells the OpenAPI document what is filtered
    filterset_class = DialogueAnalyticsFilter
    materialized_view = "dialogue_analytics"
    row = serializer_class = bodies.DialogueAnalyticsObject

    @extend_schema(
        operation_id="analytics_dialogues_list",
        parameters=[FORMAT],
        responses={(200, "application/json"): bodies.DialogueAnalyticsObject(many=True), **CSV},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Dialogues by day, book, character and type, the newest day first; `format=csv`: all rows."""
        return self.listed(dialogue_rows())


class VolumeFigures(Figures):
    queryset = MessageVolume.objects.none()
    filterset_class = MessageVolumeFilter
    materialized_view = "message_volume"
    row = serializer_class = bodies.MessageVolumeObject

    @extend_schema(
        operation_id="analytics_volume_list",
        parameters=[FORMAT],
        responses={(200, "application/json"): bodies.MessageVolumeObject(many=True), **CSV},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Messages by day and kind, the newest day first; `format=csv`: all rows."""
        return self.listed(volume_rows())


class SupportFigures(Figures):
    queryset = SupportAnalytics.objects.none()
    filterset_class = SupportAnalyticsFilter
    materialized_view = "support_analytics"
    row = serializer_class = bodies.SupportAnalyticsObject

    @extend_schema(
        operation_id="analytics_support_list",
        parameters=[FORMAT],
        responses={(200, "application/json"): bodies.SupportAnalyticsObject(many=True), **CSV},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Escalations by day, level and priority, the newest day first; `format=csv`: all rows."""
        return self.listed(support_rows())
