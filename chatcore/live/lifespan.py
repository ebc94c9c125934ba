"""The ASGI lifespan: the runtime starts before the first request and stops after the last."""

import gc
from typing import Any

from chatcore.live.runtime import start_runtime, stop_runtime


class Lifespan:
    """Answers `lifespan.startup` and `lifespan.shutdown`; Django itself does not."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        try:
            await start_runtime()
            _spare_the_collector()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": repr(error)})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await stop_runtime()
        await send({"type": "lifespan.shutdown.complete"})


def _spare_the_collector() -> None:
    """What is loaded by now lives as long as the process: going through it again and again would hold
    up everybody for a tenth of a second. What comes later is mostly freed by counting references."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
