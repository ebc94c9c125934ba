"""The metadata of a graph message: numbers and names, nothing that could act."""

from typing import Any

from rest_framework import serializers

from chatcore.http.serializers import StrictSerializer

KINDS = ("bar", "line", "pie")
MOST_POINTS = 100
MOST_SERIES = 8
# Drawn as they are: a chart of astronomic numbers would tell nothing.
MOST = 1e15


class SeriesIn(StrictSerializer):
    name = serializers.CharField(max_length=80)
    values = serializers.ListField(
        child=serializers.FloatField(min_value=-MOST, max_value=MOST),
        min_length=1,
        max_length=MOST_POINTS,
    )


class GraphIn(StrictSerializer):
    """One value of each series per label; a pie has one series and nothing below zero."""

    kind = serializers.ChoiceField(choices=KINDS)
    title = serializers.CharField(max_length=120)
    labels = serializers.ListField(
        child=serializers.CharField(max_length=80), min_length=1, max_length=MOST_POINTS
    )
    series = serializers.ListField(child=SeriesIn(), min_length=1, max_length=MOST_SERIES)

    def validate(self, graph: dict[str, Any]) -> dict[str, Any]:
        if any(len(one["values"]) != len(graph["labels"]) for one in graph["series"]):
            raise serializers.ValidationError({"series": ["Give one value for each label."]})
        if len({one["name"] for one in graph["series"]}) != len(graph["series"]):
            raise serializers.ValidationError({"series": ["Give each series a name of its own."]})
        if graph["kind"] == "pie" and not _is_pie(graph["series"]):
            raise serializers.ValidationError(
                {"series": ["A pie has one series, of parts that are 0 or more."]}
            )
        graph["series"] = [dict(one) for one in graph["series"]]
        return graph


def _is_pie(series: list[dict[str, Any]]) -> bool:
    values = series[0]["values"]
    return len(series) == 1 and min(values) >= 0 and sum(values) > 0
