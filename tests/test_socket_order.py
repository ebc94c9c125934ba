"""The pieces behind the socket that keep order: feed, subscription and outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chatcore.frames import Frame
from chatcore.live.feed import Feed
from chatcore.live.outbox import Outbox
from chatcore.live.subscription import Subscription

TOPIC = "room:x"


def lasting(version: int, kind: str = "message.created", **about: Any) -> Frame:
    return Frame(TOPIC, kind, version, f"{version}", about)


def passing(text: str, **about: Any) -> Frame:
    return Frame(TOPIC, "typing", None, text, about)


class Reader:
    """What one subscriber was given."""

    def __init__(self) -> None:
        self.user_id = uuid4()
        self.texts: list[str] = []
        self.gave_up = False

    def push(self, text: str, *, passing: bool) -> None:
        self.texts.append(text)

    def lose(self, topic: str) -> None:
        raise AssertionError(topic)

    def give_up(self) -> None:
        self.gave_up = True


def follow(feed: Feed, version: int) -> Reader:
    reader = Reader()
    subscription = Subscription(reader, TOPIC)
    feed.sinks.add(subscription)
    feed.begin_at(version)
    subscription.go_live(version)
    return reader


def test_frames_of_two_processes_are_put_in_order() -> None:
    feed = Feed(TOPIC)
    reader = follow(feed, 4)
    for version in (6, 8, 5, 5, 7, 6, 4, 9):
        feed.receive(lasting(version))
    assert reader.texts == ["5", "6", "7", "8", "9"]
    assert not feed.has_gap


@given(some.permutations(range(1, 30)), some.integers(0, 10), some.lists(some.integers(1, 29)))
def test_whatever_the_order_everything_arrives_once_and_in_order(
    order: list[int], start: int, doubled: list[int]
) -> None:
    feed = Feed(TOPIC)
    reader = follow(feed, start)
    for version in [*order, *doubled]:
        feed.receive(lasting(version))
    assert reader.texts == [str(n) for n in range(start + 1, 30)]


@given(some.lists(some.integers(1, 20)), some.integers(0, 5))
def test_what_is_lost_is_healed_without_a_double(heard: list[int], start: int) -> None:
    feed = Feed(TOPIC)
    reader = follow(feed, start)
    for version in heard:
        feed.receive(lasting(version))
    assert feed.version is not None
    feed.heal([lasting(n) for n in range(feed.version + 1, 21)], 20)
    assert reader.texts == [str(n) for n in range(start + 1, 21)]
    assert (feed.version, feed.has_gap) == (20, False)


def test_passing_frames_do_not_wait_for_a_gap() -> None:
    feed = Feed(TOPIC)
    reader = follow(feed, 1)
    feed.receive(lasting(3))
    feed.receive(passing("types"))
    assert reader.texts == ["types"]
    assert feed.has_gap


def test_a_newcomer_who_has_read_further_moves_nobody() -> None:
    feed = Feed(TOPIC)
    first = follow(feed, 1)
    second = follow(feed, 3)
    for version in (2, 3, 4):
        feed.receive(lasting(version))
    assert first.texts == ["2", "3", "4"]
    assert second.texts == ["4"]


def test_what_comes_during_the_replay_waits_for_its_end() -> None:
    reader = Reader()
    subscription = Subscription(reader, TOPIC)
    for version in (5, 6, 7):
        subscription.take(lasting(version))
    assert reader.texts == []
    subscription.go_live(6)
    assert reader.texts == ["7"]


def test_a_late_reader_gets_a_reply_so_far_once() -> None:
    def delta(offset: int, text: str) -> Frame:
        return passing(text, reply="r/1", offset=offset, end=offset + len(text))

    reader = Reader()
    subscription = Subscription(reader, TOPIC)
    subscription.take(delta(2, "cd"))  # heard while the text so far was being read
    subscription.take(delta(4, "ef"))
    subscription.go_live(0, [delta(0, "abcd")])
    subscription.take(delta(6, "gh"))
    assert reader.texts == ["abcd", "ef", "gh"]


def test_one_is_not_told_that_one_types_oneself() -> None:
    feed = Feed(TOPIC)
    reader, other = follow(feed, 0), follow(feed, 0)
    feed.receive(passing("types", not_to=str(reader.user_id)))
    assert (reader.texts, other.texts) == ([], ["types"])


class Line:
    """A client's connection that takes frames when it is let."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.written: list[str] = []
        self.overflowed = 0

    async def send(self, event: dict[str, Any]) -> None:
        await self.open.wait()
        self.written.append(event["text"])

    def overflow(self) -> None:
        self.overflowed += 1


def on_a_loop(work: Callable[[Line, Outbox], Any]) -> None:
    async def run() -> None:
        line = Line()
        await work(line, Outbox(line.send, line.overflow))

    asyncio.run(run())


def test_an_outbox_drops_passing_frames_and_then_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatcore.live.outbox.MOST_FRAMES", 10)

    async def work(line: Line, outbox: Outbox) -> None:
        for n in range(4):
            outbox.push(f"passing {n}", passing=True)
        for n in range(8):
            outbox.push(f"lasting {n}", passing=False)
        outbox.push("passing late", passing=True)
        assert line.overflowed == 0
        line.open.set()
        await asyncio.sleep(0.01)
        assert [text for text in line.written if text.startswith("lasting")] == [
            f"lasting {n}" for n in range(8)
        ]
        assert "passing late" not in line.written
        line.open.clear()
        for n in range(20):
            outbox.push(f"{n}", passing=False)
        assert line.overflowed == 1

    on_a_loop(work)


def test_an_outbox_counts_bytes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatcore.live.outbox.MOST_BYTES", 1000)

    async def work(line: Line, outbox: Outbox) -> None:
        for _ in range(5):
            outbox.push("x" * 400, passing=False)
        assert line.overflowed == 1

    on_a_loop(work)


def test_a_replay_waits_for_its_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatcore.live.outbox.MOST_FRAMES", 10)

    async def work(line: Line, outbox: Outbox) -> None:
        replay = asyncio.create_task(_replay(outbox))
        await asyncio.sleep(0.02)
        assert not replay.done()
        line.open.set()
        await replay
        await asyncio.sleep(0.01)
        assert line.written == [str(n) for n in range(50)]
        assert line.overflowed == 0

    on_a_loop(work)


async def _replay(outbox: Outbox) -> None:
    for n in range(50):
        await outbox.push_patiently(str(n))
