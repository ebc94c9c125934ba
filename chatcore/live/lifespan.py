"""The ASGI lifespan: the runtime starts before the first request and stops after the last."""

from typing import Any

from chatcore.live.runtime import start_runtime, stop_runtime


class Lifespan:
    """Answers `lifespan.startup` and `lifespan.shutdown`; Django itself does not."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        try:
            await start_runtime()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": repr(error)})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await stop_runtime()
        await send({"type": "lifespan.shutdown.complete"})
