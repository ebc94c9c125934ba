"""`users/…`: oneself, and others."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.api.serializers import users as bodies
from chatcore.http.limits import Rule
from chatcore.http.paging import IdPagination
from chatcore.http.permissions import Requires, signed_in
from chatcore.selectors.users import people_found, person
from chatcore.services import users


class MeView(APIView):
    not_by_key = ("PATCH", "DELETE")

    @extend_schema(responses=bodies.Me)
    def get(self, request: Request) -> Response:
        """My account."""
        return Response(bodies.Me(signed_in(request)).data)

    @extend_schema(request=bodies.MeChanges, responses=bodies.Me)
    def patch(self, request: Request) -> Response:
        """Change my profile."""
        me = signed_in(request)
        changes = bodies.MeChanges(me, data=request.data, partial=True)
        changes.is_valid(raise_exception=True)
        return Response(bodies.Me(users.update_profile(me, **changes.validated_data)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Close my account and start its erasure: every sign-in ends at once."""
        users.begin_erasure(signed_in(request))
        return Response(status=204)


class PeopleView(APIView):
    permission_classes = (Requires("account:directory:search"),)
    rules = {"GET": Rule.SEARCH}

    @extend_schema(
        operation_id="users_list",
        responses=bodies.Person(many=True),
        parameters=[OpenApiParameter("q", OpenApiTypes.STR, description="Part of a name.")],
    )
    def get(self, request: Request) -> Response:
        """People by name, newest account first; guests are not listed."""
        page = self.pagination_class()
        rows = page.paginate_queryset(
            people_found(request.query_params.get("q", "")[:100]), request, self
        )
        return page.get_paginated_response(bodies.Person(rows, many=True).data)

    pagination_class = IdPagination


class PersonView(APIView):
    @extend_schema(responses=bodies.Person)
    def get(self, _request: Request, user_id: UUID) -> Response:
        """Somebody, as others may see them."""
        return Response(bodies.Person(person(user_id)).data)
