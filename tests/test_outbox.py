"""What waits for one socket: bounded, and given up without harm to whoever writes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chatcore.live import outbox
from chatcore.live.outbox import Outbox


def test_who_writes_a_replay_outlives_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader is deaf and is given up while a replay waits for it."""
    monkeypatch.setattr(outbox, "MOST_FRAMES", 2)

    async def deaf(_message: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    async def replay() -> None:
        box = Outbox(deaf, lambda: None)
        writing = asyncio.create_task(_write(box))
        await asyncio.sleep(0)
        box.stop()
        await asyncio.wait_for(writing, 1)

    async def _write(box: Outbox) -> None:
        for n in range(10):
            await box.push_patiently(str(n))

    asyncio.run(replay())
