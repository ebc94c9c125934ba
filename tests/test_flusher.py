"""The flusher's end: nobody who waits for it waits for ever."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from chatcore.errors import Unavailable
from chatcore.ids import uuid7
from chatcore.live.flusher import Flusher
from chatcore.services.append import Draft
from chatcore.services.timeline import Timeline


def test_who_waits_for_the_batch_under_way_is_told_when_it_stops(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = asyncio.Event()

    async def endless(*_: Any) -> Any:
        begun.set()
        await asyncio.Event().wait()

    async def stop_in_the_middle() -> None:
        flusher = Flusher()
        monkeypatch.setattr(flusher, "_store", endless)
        flusher.start()
        draft = Draft(uuid7(), uuid7(), "on its way")
        waiting = asyncio.create_task(flusher.append(cast("Timeline", object()), draft))
        await begun.wait()
        await flusher.stop()
        with pytest.raises(Unavailable):
            await asyncio.wait_for(waiting, 1)

    asyncio.run(stop_in_the_middle())
