"""What the OpenAPI document shows beside the schemas: parameters, streams, examples."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse

CREATE = [
    OpenApiExample(
        "About a book",
        request_only=True,
        value={
            "type": "book",
            "book": "01939f2e-8a00-7c3b-9d5e-6f7a8b9c0d1e",
            "initial_question": "What did the White Rabbit take out of its pocket?",
            "current_chapter": 3,
        },
    )
]
SAY = [
    OpenApiExample(
        "A question",
        request_only=True,
        value={
            "content": "Why is the Hatter mad?",
            "client_ref": "5f0c9a4e-2f0b-4f6a-9f57-0d2f3c1b7a11",
        },
    )
]
EVENT_STREAM = OpenApiResponse(
    OpenApiTypes.STR,
    description=(
        "Server-sent events: `message` (the stored question), `delta` (`reply_id`, `offset`,"
        " `text`; offset 0 again means that the answer begins anew), `reference` for each citation,"
        " then `reply` (the stored answer) or `error` (`code`, `detail`, `reply`). When the client"
        " goes away the answer is finished all the same; the same `client_ref` follows it again."
    ),
)
