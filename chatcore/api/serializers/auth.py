"""Bodies of `auth/…`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from chatcore.http.serializers import StrictSerializer
from chatcore.models.users import username_validator


class SignUp(StrictSerializer):
    username = serializers.CharField(min_length=3, max_length=64, validators=[username_validator])
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(
        min_length=8, max_length=512, trim_whitespace=False, write_only=True
    )
    display_name = serializers.CharField(max_length=150, required=False)
    first_name = serializers.CharField(max_length=150, required=False)
    last_name = serializers.CharField(max_length=150, required=False)


class SignedUp(serializers.Serializer[Any]):
    username = serializers.CharField()
    email = serializers.EmailField()
    account_status = serializers.CharField()
    detail = serializers.CharField()


class Credentials(StrictSerializer):
    """`username` or `email`, one of the two; `code` where MFA is set up."""

    username = serializers.CharField(max_length=254, required=False)
    email = serializers.CharField(max_length=254, required=False)
    password = serializers.CharField(max_length=512, trim_whitespace=False)
    code = serializers.CharField(max_length=32, required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("username" in attrs) == ("email" in attrs):
            raise serializers.ValidationError("Send either `username` or `email`.")
        return attrs


class Refresh(StrictSerializer):
    refresh = serializers.CharField(max_length=256)


class LogOut(StrictSerializer):
    refresh = serializers.CharField(max_length=256, required=False, default="")


class Guest(StrictSerializer):
    display_name = serializers.CharField(
        max_length=150, required=False, default="", allow_blank=True
    )


class TokenPair(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField()
    token_type = serializers.CharField(default="Bearer")
    expires_in = serializers.IntegerField(help_text="Seconds until `access` runs out.")
    user_id = serializers.UUIDField(source="user.pk")


class SocketTicket(serializers.Serializer[Any]):
    ticket = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")
