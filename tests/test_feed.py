"""A feed: the lasting frames of one topic in the order of their versions, healed from the database."""

from __future__ import annotations

from chatcore.frames import Frame
from chatcore.live.feed import Feed


class Heard:
    """A sink that remembers the versions it was given."""

    def __init__(self) -> None:
        self.versions: list[int | None] = []

    def take(self, frame: Frame) -> None:
        self.versions.append(frame.version)


def feed_at(version: int) -> tuple[Feed, Heard]:
    feed, heard = Feed("room:x"), Heard()
    feed.sinks.add(heard)
    feed.begin_at(version)
    return feed, heard


def frame(version: int) -> Frame:
    return Frame("room:x", "message.created", version, "{}")


def test_a_version_without_a_frame_of_its_own_does_not_hold_the_feed_up() -> None:
    feed, heard = feed_at(1)
    feed.heal([frame(2)], 4)  # 3 and 4 were changes of a row that is gone
    assert feed.version == 4
    feed.receive(frame(5))
    assert heard.versions == [2, 5]
    assert not feed.has_gap


def test_what_was_parked_goes_on_behind_what_was_healed() -> None:
    feed, heard = feed_at(1)
    feed.receive(frame(5))
    feed.heal([frame(2)], 4)
    assert heard.versions == [2, 5]
    assert not feed.has_gap


def test_a_feed_is_never_healed_backwards() -> None:
    feed, heard = feed_at(1)
    feed.receive(frame(2))
    feed.heal([frame(2)], 1)  # read before the frame came
    assert (feed.version, heard.versions) == (2, [2])


def test_a_newcomer_moves_nothing() -> None:
    feed, heard = feed_at(1)
    feed.begin_at(3)
    feed.receive(frame(2))
    assert (feed.version, heard.versions) == (2, [2])
