"""Bodies of `users/me/api-keys/`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from chatcore.http.serializers import StrictSerializer
from chatcore.models import ApiKey, KeyScope


class NewApiKey(StrictSerializer):
    name = serializers.CharField(max_length=100, help_text="What it is for.")
    scope = serializers.ChoiceField(
        KeyScope.choices,
        default=KeyScope.ANSWERS,
        help_text="`answers`: `/v1/` alone. `api`: `/api/v1/`, too, but never account and keys.",
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class ApiKeyBody(serializers.ModelSerializer[ApiKey]):
    class Meta:
        model = ApiKey
        fields = (
            "id",
            "name",
            "prefix",
            "scope",
            "created_at",
            "last_used_at",
            "expires_at",
            "revoked_at",
        )
        read_only_fields = fields


class MadeApiKey(ApiKeyBody):
    secret = serializers.CharField(help_text="Shown this once. Send it as a Bearer token.")

    class Meta(ApiKeyBody.Meta):
        fields: Any = (*ApiKeyBody.Meta.fields, "secret")
