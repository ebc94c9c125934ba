"""`permissions/explain/`."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.api.serializers import permissions as bodies
from chatcore.http.permissions import signed_in
from chatcore.http.serializers import valid_query
from chatcore.selectors.permissions import explain
from chatcore.selectors.users import account_to_explain


class ExplainView(APIView):
    @extend_schema(parameters=[bodies.ExplainQuery], responses=bodies.Explained)
    def get(self, request: Request) -> Response:
        """Why an account may or may not; about others only with `account:permission:explain`."""
        query = valid_query(bodies.ExplainQuery, request)
        user = account_to_explain(signed_in(request), query.get("user", ""))
        return Response(bodies.Explained(explain(user, query["permission"])).data)
