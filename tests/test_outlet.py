"""Where events leave a process: in order, bounded, and going on when the layer is back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence

import pytest

from chatcore.frames import Frame
from chatcore.services import outlet
from tests.live import eventually


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A layer that takes nothing until it is set; a queue of three in a process without a hub."""
    monkeypatch.setattr(outlet, "_MOST_WAITING", 3)
    outlet.detach()
    back = threading.Event()
    yield back
    back.set()
    outlet.detach()


def test_what_waits_is_bounded_and_goes_on_later(away: threading.Event) -> None:
    sent: list[str] = []

    async def send(frames: Sequence[Frame]) -> None:
        await asyncio.to_thread(away.wait)
        sent.append(frames[0].text)

    def submit(name: str) -> None:
        outlet.submit(send, [Frame("room:x", "typing", None, name)])

    submit("first")
    eventually(lambda: [queue.qsize() for queue in outlet._queues.values()][-1:] == [0])
    many = [threading.Thread(target=submit, args=[f"many {n}"]) for n in range(20)]
    for thread in many:
        thread.start()
    for thread in many:
        thread.join()
    away.set()
    eventually(lambda: len(sent) == 4)
    assert sent[0] == "first"
    submit("later")
    eventually(lambda: sent[4:] == ["later"])
