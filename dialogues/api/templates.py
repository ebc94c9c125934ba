"""Templates over HTTP: everybody reads and uses them, staff keeps them."""

from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.http.permissions import Requires, signed_in
from chatcore.http.ranked_paging import RankedPagination
from chatcore.http.serializers import valid
from dialogues.api import template_serializers as bodies
from dialogues.api.filters import TemplateFilter
from dialogues.models import DialogueTemplate
from dialogues.selectors.templates import (
    KEEP_TEMPLATES,
    template_for,
    template_out,
    templates_for,
)
from dialogues.services.templates import change_template, create_template, delete_template

MayKeep = Requires(KEEP_TEMPLATES)


class ReadOrKeep(APIView):
    """Whoever is signed in reads; writing needs the right to keep templates."""

    def get_permissions(self) -> list[BasePermission]:
        reads = self.request.method in ("GET", "HEAD", "OPTIONS")
        return [IsAuthenticated() if reads else MayKeep()]


class MostUsedFirst(RankedPagination):
    rank = "usage_count"


class TemplateList(ReadOrKeep, GenericAPIView[DialogueTemplate]):
    queryset = DialogueTemplate.objects.none()  # tells the OpenAPI document what is filtered
    serializer_class = bodies.TemplateObject
    pagination_class = MostUsedFirst
    filterset_class = TemplateFilter

    @extend_schema(operation_id="templates_list", responses=bodies.TemplateObject(many=True))
    def get(self, request: Request) -> Response:
        """The templates, the most used first; retired ones only for who keeps them."""
        seen = self.filter_queryset(templates_for(signed_in(request)))
        page = self.paginate_queryset(seen) or []
        return self.get_paginated_response([template_out(template) for template in page])

    @extend_schema(request=bodies.TemplateBody, responses={201: bodies.TemplateObject})
    def post(self, request: Request) -> Response:
        """Add a template; it is offered to everybody at once."""
        body = valid(bodies.TemplateBody, request.data)
        return Response(template_out(create_template(signed_in(request), **body)), status=201)


class TemplateDetail(ReadOrKeep):
    @extend_schema(responses=bodies.TemplateObject)
    def get(self, request: Request, template_id: str) -> Response:
        """One template."""
        return Response(template_out(template_for(signed_in(request), template_id)))

    @extend_schema(request=bodies.ChangeTemplate, responses=bodies.TemplateObject)
    def patch(self, request: Request, template_id: str) -> Response:
        """Change it; `is_active` false retires it."""
        template = template_for(signed_in(request), template_id)
        body = valid(bodies.ChangeTemplate, request.data)
        return Response(template_out(change_template(template, **body)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, template_id: str) -> Response:
        """Delete it; the dialogues that were begun from it stay."""
        delete_template(template_for(signed_in(request), template_id))
        return Response(status=204)
