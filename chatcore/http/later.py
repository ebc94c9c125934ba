"""A response that is not known yet. Django waits for it on the event loop: it holds no thread."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import SyncToAsync
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from chatcore.errors import ChatcoreError
from chatcore.http.problem import problem_http_response


class Later(HttpResponse):
    """What a view gives back when somebody else is still at work; `finish` waits for them.

    It runs after the middleware, without a database connection, and may raise ChatcoreError. Whoever
    goes away meanwhile cancels it.
    """

    def __init__(self, finish: Callable[[], Awaitable[HttpResponse]]) -> None:
        super().__init__()
        self._finish = finish

    async def arrive(self) -> None:
        """Wait, and become what was waited for; the headers that middleware set stay."""
        try:
            found = await self._finish()
        except ChatcoreError as error:
            found = problem_http_response(error)
        self.status_code, self.content = found.status_code, found.content
        for name, value in found.items():
            self[name] = value
        self["Content-Length"] = str(len(self.content))


class PatientHandler(ASGIHandler):
    """Django's own, which can wait: for a `Later`, and between the pieces of a stream."""

    async def send_response(self, response: HttpResponseBase, send: Any) -> None:
        if isinstance(response, Later):
            _let_go_of_the_thread()
            await response.arrive()
        elif isinstance(response, StreamingHttpResponse) and response.is_async:
            _let_go_of_the_thread()
        await super().send_response(response, send)


def _let_go_of_the_thread() -> None:
    """asgiref keeps the thread in which the view ran until the response is sent, which may take
    minutes; whatever is synchronous after that gets a new one."""
    context = SyncToAsync.thread_sensitive_context.get(None)
    executor = SyncToAsync.context_to_thread_executor.pop(context, None) if context else None
    if executor:
        executor.shutdown(wait=False)
