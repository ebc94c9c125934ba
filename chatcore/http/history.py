"""What every history row says of its cause: who, at which address of ours, from where, in which request."""

from typing import Any

import structlog
from django.http import HttpRequest
from pghistory.middleware import HistoryMiddleware

from chatcore.http.client_ip import client_ip


class RequestHistory(HistoryMiddleware):
    """The library knows user and path; the rest is ours."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        known: dict[str, Any] = super().get_context(request)
        request_id = structlog.contextvars.get_contextvars().get("request_id")
        return known | {"address": client_ip(request), "request": request_id}
