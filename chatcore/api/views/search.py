"""`search/`."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from chatcore.api.serializers import search as bodies
from chatcore.http.limits import Rule
from chatcore.http.permissions import signed_in
from chatcore.http.serializers import valid_query
from chatcore.search import OFFSET_MOST, Page, search, searchables


class SearchView(APIView):
    rules = {"GET": Rule.SEARCH}

    @extend_schema(
        operation_id="search", parameters=[bodies.SearchQuery], responses=bodies.SearchPage
    )
    def get(self, request: Request) -> Response:
        """What fits best of all that I may see: my dialogues, my rooms, the books."""
        query = valid_query(bodies.SearchQuery, request)
        limit, offset = query["limit"], query["offset"]
        page = search(
            signed_in(request),
            query["q"],
            query.get("in") or list(searchables()),
            limit=limit,
            offset=offset,
            conversation=query.get("conversation"),
        )
        return Response(_body(request, page, limit, offset))


def _body(request: Request, page: Page, limit: int, offset: int) -> dict[str, object]:
    further = page.has_more and offset + limit <= OFFSET_MOST
    return {
        "results": [hit.out() for hit in page.hits],
        "next": _at(request, offset + limit) if further else None,
        "previous": _at(request, max(offset - limit, 0)) if offset else None,
    }


def _at(request: Request, offset: int) -> str:
    return replace_query_param(request.build_absolute_uri(), "offset", str(offset))
