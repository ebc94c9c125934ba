"""Body of `jobs/{id}/`, and of every answer 202."""

from __future__ import annotations

from rest_framework import serializers

from chatcore.models import Job


class JobBody(serializers.ModelSerializer[Job]):
    class Meta:
        model = Job
        fields = [
            "id",
            "kind",
            "state",
            "done",
            "total",
            "note",
            "result",
            "error",
            "created_at",
            "updated_at",
            "finished_at",
        ]
        read_only_fields = fields
