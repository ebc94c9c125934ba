"""What a socket's `me` follows ends with it, whatever is still under way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from chatcore.ids import uuid7
from chatcore.live.hub import Hub
from chatcore.live.me import MeFollow
from chatcore.live.topics import Followed


class Receiver:
    user_id = uuid7()

    def push(self, text: str, *, passing: bool) -> None: ...

    def lose(self, topic: str) -> None: ...

    def give_up(self) -> None: ...


class SlowKind:
    """A kind of topic whose database takes its time."""

    def __init__(self, room: UUID) -> None:
        self.room, self.answers = room, asyncio.Event()

    async def followed_by(self, user: UUID) -> Sequence[Followed]:
        await self.answers.wait()
        return [Followed(self.room, 1, 1, 0)]


@pytest.mark.parametrize("leaves", [False, True])
def test_an_invitation_that_comes_as_the_socket_goes_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, leaves: bool
) -> None:
    async def meet() -> list[str]:
        room, hub = uuid7(), Hub()
        kind, me = SlowKind(room), MeFollow(hub, Receiver())
        monkeypatch.setattr("chatcore.live.me.kinds", lambda: {"room": kind})
        following = asyncio.create_task(me.follow(f"room:{room}"))
        await asyncio.sleep(0)
        if leaves:
            me.stop()
        kind.answers.set()
        await following
        return list(hub.feeds)

    assert len(asyncio.run(meet())) == (0 if leaves else 1)
