"""Bodies of `permissions/…`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from chatcore.http.serializers import StrictSerializer


class ExplainQuery(StrictSerializer):
    user = serializers.CharField(
        max_length=64, required=False, help_text="An id or a username; yourself by default."
    )
    permission = serializers.RegexField(
        r"^[a-z][a-z0-9_-]*:[a-z][a-z0-9_-]*:[a-z][a-z0-9_-]*$",
        max_length=200,
        help_text="For example chat:room:create.",
    )


class Explained(serializers.Serializer[Any]):
    user = serializers.UUIDField(source="user.pk")
    username = serializers.CharField(source="user.username")
    permission = serializers.CharField()
    allowed = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.CharField())
