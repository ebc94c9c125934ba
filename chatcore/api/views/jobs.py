"""`jobs/{id}/`."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.api.serializers.jobs import JobBody
from chatcore.http.permissions import signed_in
from chatcore.selectors.jobs import job_for


class JobView(APIView):
    @extend_schema(responses=JobBody)
    def get(self, request: Request, job_id: UUID) -> Response:
        """How far a job of mine is."""
        return Response(JobBody(job_for(signed_in(request), job_id)).data)
