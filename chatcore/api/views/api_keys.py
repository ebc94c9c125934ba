"""`users/me/api-keys/`."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.api.serializers import api_keys as bodies
from chatcore.http.limits import Rule
from chatcore.http.paging import IdPagination
from chatcore.http.permissions import signed_in
from chatcore.http.serializers import valid
from chatcore.selectors.api_keys import key_for, keys_of
from chatcore.services.api_keys import create_key, revoke_key


class ApiKeysView(APIView):
    pagination_class = IdPagination
    rules = {"POST": Rule.API_KEY}
    not_by_key = ("GET", "POST")

    @extend_schema(operation_id="api_keys_list", responses=bodies.ApiKeyBody(many=True))
    def get(self, request: Request) -> Response:
        """My keys, the newest first, without what they open."""
        page = self.pagination_class()
        keys = page.paginate_queryset(keys_of(signed_in(request)), request, self)
        return page.get_paginated_response(bodies.ApiKeyBody(keys, many=True).data)

    @extend_schema(request=bodies.NewApiKey, responses={201: bodies.MadeApiKey})
    def post(self, request: Request) -> Response:
        """Make a key; its secret is in this answer and nowhere else."""
        made = create_key(signed_in(request), **valid(bodies.NewApiKey, request.data))
        key = bodies.ApiKeyBody(made.key).data
        return Response({**key, "secret": made.secret}, status=201)


class ApiKeyView(APIView):
    not_by_key = ("DELETE",)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key_id: UUID) -> Response:
        """Revoke a key of mine: it opens nothing from this moment."""
        revoke_key(key_for(signed_in(request), key_id))
        return Response(status=204)
