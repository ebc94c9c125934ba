"""Tasks: bodies in, checked; objects out, described for OpenAPI."""

from typing import Any

from rest_framework import serializers

from chatcore.http.serializers import StrictSerializer
from dialogues.models.task_list import DESCRIPTION_MAX, TITLE_MAX


class AddTask(StrictSerializer):
    """`POST tasks/`."""

    title = serializers.CharField(max_length=TITLE_MAX)
    description = serializers.CharField(
        max_length=DESCRIPTION_MAX, required=False, allow_blank=True
    )


class UpdateTask(StrictSerializer):
    """`PATCH tasks/{id}/`: what is not named stays."""

    title = serializers.CharField(max_length=TITLE_MAX, required=False)
    description = serializers.CharField(
        max_length=DESCRIPTION_MAX, required=False, allow_blank=True
    )
    completed = serializers.BooleanField(required=False)


class TaskObject(serializers.Serializer[Any]):
    """A task on one's list."""

    id = serializers.UUIDField()
    number = serializers.IntegerField(
        help_text="The person's own count, for “complete task 2”; never given twice."
    )
    title = serializers.CharField()
    description = serializers.CharField()
    completed = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
