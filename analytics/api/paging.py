"""Pages of figures: the newest day first, and how old the figures are on every page."""

from typing import Any

from rest_framework.response import Response

from analytics.selectors.rows import refreshed_at
from chatcore.http.paging import IdPagination


class FiguresPagination(IdPagination):
    """Cursor paging by the key, which begins with the day. The view says which figures these are."""

    def get_paginated_response(self, data: Any) -> Response:
        response = super().get_paginated_response(data)
        view = self.request.parser_context["view"]
        return Response({**response.data, "refreshed_at": refreshed_at(view.materialized_view)})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        page = super().get_paginated_response_schema(schema)
        page["required"].append("refreshed_at")
        page["properties"]["refreshed_at"] = {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "What happened later is not counted yet.",
        }
        return page
