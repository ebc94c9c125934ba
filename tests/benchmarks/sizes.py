"""How much of everything is measured."""

from __future__ import annotations

from dataclasses import dataclass

from tests.benchmarks.days import Plan


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything: a run has minutes, a quick one seconds."""

    plain_seconds: float
    sends: int
    send_seconds: float
    fan_outs: int
    rooms: tuple[int, ...]
    pages: int
    page_seconds: float
    sockets: int
    held: int
    peer_messages: int
    old_messages: int
    dialogue_rows: int
    found_in_rooms: int
    found_in_dialogues: int
    support_day: Plan


QUICK = Size(
    plain_seconds=1, sends=100, send_seconds=3, fan_outs=30, rooms=(10_000, 100_000), pages=100,
    page_seconds=2, sockets=200, held=200, peer_messages=1_000, old_messages=10_000,
    dialogue_rows=50_000, found_in_rooms=50_000, found_in_dialogues=20_000,
    support_day=Plan(agents=10, escalations=80, seconds=20),
)  # fmt: skip
USUAL = Size(
    plain_seconds=3, sends=300, send_seconds=10, fan_outs=100, rooms=(10_000, 100_000, 1_000_000),
    pages=200, page_seconds=4, sockets=1_000, held=1_000, peer_messages=10_000, old_messages=100_000,
    dialogue_rows=1_000_000, found_in_rooms=1_000_000, found_in_dialogues=100_000,
    support_day=Plan(agents=50, escalations=500, seconds=180),
)  # fmt: skip
FULL = Size(
    plain_seconds=5, sends=500, send_seconds=20, fan_outs=200,
    rooms=(10_000, 100_000, 1_000_000, 8_000_000), pages=300, page_seconds=8, sockets=10_000, held=1_000,
    peer_messages=10_000, old_messages=100_000,
    dialogue_rows=1_000_000, found_in_rooms=1_000_000, found_in_dialogues=100_000,
    support_day=Plan(agents=50, escalations=500, seconds=180),
)  # fmt: skip
