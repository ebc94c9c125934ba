"""Bodies of `users/…`: an account for its owner, and the card that others see."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from chatcore.http.serializers import PlainObjectField, StrictModelSerializer
from chatcore.models import User


class Me(serializers.ModelSerializer[User]):
    """Everything an account may know about itself."""

    # Plain text out, since a guest has neither and "" is no address.
    email = serializers.CharField(read_only=True, help_text="Empty for guests.")
    avatar_url = serializers.CharField(read_only=True, help_text="Empty where there is none.")

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "email",
            "is_email_verified",
            "first_name",
            "last_name",
            "display_name",
            "avatar_url",
            "current_status",
            "last_seen_at",
            "chat_preferences",
            "language",
            "account_type",
            "account_status",
            "support_level",
            "is_staff",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class MeChanges(StrictModelSerializer):
    chat_preferences = PlainObjectField(required=False)

    class Meta:
        model = User
        fields = [
            "first_name",
            "last_name",
            "display_name",
            "avatar_url",
            "current_status",
            "chat_preferences",
            "language",
        ]

    def validate_avatar_url(self, value: str) -> str:
        if value and not value.startswith("https://"):
            raise serializers.ValidationError("Give an address that begins with https://.")
        return value


class Person(serializers.ModelSerializer[User]):
    """What others may see: no address, no names that were not meant for the room."""

    shown_name = serializers.CharField(read_only=True)
    avatar_url = serializers.CharField(read_only=True, help_text="Empty where there is none.")

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "display_name",
            "shown_name",
            "avatar_url",
            "current_status",
            "last_seen_at",
            "account_type",
        ]
        read_only_fields = fields


def person_card(user: User) -> dict[str, Any]:
    """A `Person` for events and other bodies."""
    return dict(Person(user).data)
