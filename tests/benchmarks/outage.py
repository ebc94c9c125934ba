"""The outage drill: `python -m tests.benchmarks.outage [--messages 10000]`.

The product runs as for everybody; several people send, one reads along; in the middle the web process,
the worker, PostgreSQL and Valkey are killed (-9), one after the other. At the end every acknowledged
message must be there once, `seq` without a hole, and the reader's list must be what a fresh GET gives.
Prints the figures as JSON; exit code 1 when something was lost, doubled or out of order.
"""

# ruff: noqa: ASYNC110 - it watches other processes, which set no events
from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.benchmarks.machine import ROOT
from tests.benchmarks.stand import Stand

ROOMS, SENDERS, WINDOW = 4, 8, 40
VICTIMS = ("web", "worker", "postgres", "valkey")
Json = dict[str, Any]


@dataclass
class Drill:
    """What all of them share: where, who, and how far."""

    stand: Stand
    people: list[Json]
    rooms: list[str]
    wanted: int
    acked: dict[str, Json] = field(default_factory=dict)  # by ref
    ack_times: list[float] = field(default_factory=list)
    resent: int = 0
    duplicates: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    victims: tuple[str, ...] = VICTIMS
    # The longest silence after each kill, in seconds.
    kills: list[dict[str, float]] = field(default_factory=list)

    def note_error(self, code: str) -> None:
        self.errors[code] = self.errors.get(code, 0) + 1

    @property
    def is_done(self) -> bool:
        return len(self.acked) >= self.wanted


class Sender:
    """Keeps WINDOW messages under way; what was not acknowledged is sent again after coming back."""

    def __init__(self, drill: Drill, number: int, share: int) -> None:
        self.drill = drill
        self.person = drill.people[number % len(drill.people)]
        room = drill.rooms[number % len(drill.rooms)]
        self.left = deque(
            {"op": "send", "topic": f"room:{room}", "ref": str(uuid4()), "content": f"{number}/{n}"}
            for n in range(share)
        )
        self.unanswered: dict[str, Json] = {}

    async def run(self) -> None:
        while self.left or self.unanswered:
            try:
                async with socket_of(self.drill, self.person) as socket:
                    await self._talk(socket)
            except (OSError, WebSocketException, TimeoutError):
                await asyncio.sleep(0.05)

    async def _talk(self, socket: ClientConnection) -> None:
        self.drill.resent += len(self.unanswered)
        for frame in list(self.unanswered.values()):
            await socket.send(json.dumps(frame))
        while self.left or self.unanswered:
            while self.left and len(self.unanswered) < WINDOW:
                frame = self.left.popleft()
                self.unanswered[frame["ref"]] = frame
                await socket.send(json.dumps(frame))
            async with asyncio.timeout(30):
                await self._take(socket, json.loads(await socket.recv()))

    async def _take(self, socket: ClientConnection, answer: Json) -> None:
        ref = answer.get("ref")
        if answer["op"] == "ack" and ref in self.unanswered:
            del self.unanswered[ref]
            self.drill.acked[ref] = answer
            self.drill.ack_times.append(time.monotonic())
            self.drill.duplicates += bool(answer.get("duplicate"))
        elif answer["op"] == "error":
            self.drill.note_error(answer["code"])
            if ref in self.unanswered:  # it says so: nothing was stored, send it again
                await asyncio.sleep(0.1)
                await socket.send(json.dumps(self.unanswered[ref]))


class Reader:
    """Follows every room and resumes where it stood."""

    def __init__(self, drill: Drill) -> None:
        self.drill = drill
        self.versions: dict[str, int] = dict.fromkeys(drill.rooms, 0)
        self.messages: dict[str, dict[str, Json]] = {room: {} for room in drill.rooms}
        self.doubled = self.disordered = self.resumed = self.resets = 0

    async def run(self) -> None:
        while True:
            try:
                async with socket_of(self.drill, self.drill.people[0]) as socket:
                    self.resumed += 1
                    for room in self.drill.rooms:
                        await self._subscribe(socket, room)
                    async for text in socket:
                        await self._take(socket, json.loads(text))
            except (OSError, WebSocketException, TimeoutError):
                await asyncio.sleep(0.05)

    async def _subscribe(self, socket: ClientConnection, room: str) -> None:
        after = self.versions[room]
        frame = {"op": "subscribe", "topic": f"room:{room}", "after_version": after}
        await socket.send(json.dumps(frame))

    async def _take(self, socket: ClientConnection, frame: Json) -> None:
        room = str(frame.get("topic", "")).removeprefix("room:")
        if frame["op"] == "reset":
            self.resets += 1
            for message in await asyncio.to_thread(history, self.drill, room):
                self.messages[room][message["id"]] = message
            self.versions[room] = max(self.versions[room], frame["version"])
        elif frame["op"] == "error":
            self.drill.note_error(f"reader: {frame['code']}")
            await asyncio.sleep(0.2)
            for each in self.drill.rooms:
                await self._subscribe(socket, each)
        elif frame.get("type") == "message.created":
            message = frame["data"]
            self.doubled += message["id"] in self.messages[room]
            self.disordered += frame["version"] <= self.versions[room]
            self.messages[room][message["id"]] = message
            self.versions[room] = frame["version"]

    def list_of(self, room: str) -> list[Json]:
        return sorted(self.messages[room].values(), key=lambda message: int(message["seq"]))


def socket_of(drill: Drill, person: Json) -> Any:
    return connect(
        f"ws://127.0.0.1:{drill.stand.port}/ws/v1/",
        additional_headers={"Authorization": f"Bearer {person['access']}"},
        compression=None,
        open_timeout=5,
        close_timeout=1,
        max_queue=None,
    )


async def kill_all(drill: Drill) -> None:
    """Each at its share of the messages."""
    for number, label in enumerate(drill.victims, 1):
        share = drill.wanted * number // (len(drill.victims) + 1)
        while len(drill.acked) < share:
            await asyncio.sleep(0.005)
        pid = drill.stand.pid(label)
        os.kill(pid, signal.SIGKILL)
        killed = time.monotonic()
        print(f"{label} killed at {len(drill.acked)} acknowledgements", file=sys.stderr)
        await asyncio.sleep(0.3)  # what was on its way has arrived
        while not drill.is_done and not any(at > killed + 0.3 for at in drill.ack_times[-50:]):
            await asyncio.sleep(0.01)
        following = [at for at in drill.ack_times if at > killed]
        gaps = [b - a for a, b in zip([killed, *following], following, strict=False)]
        drill.kills.append({label: round(max(gaps, default=0.0), 3)})
        while drill.stand.pid(label) == pid:  # its supervisor brings it back
            await asyncio.sleep(0.05)


async def drive(drill: Drill) -> Reader:
    share, rest = divmod(drill.wanted, SENDERS)
    senders = [Sender(drill, n, share + (n < rest)) for n in range(SENDERS)]
    reader = Reader(drill)
    reading = asyncio.create_task(reader.run())
    killing = asyncio.create_task(kill_all(drill))
    await asyncio.gather(*(sender.run() for sender in senders))
    await killing
    until = time.monotonic() + 30
    while time.monotonic() < until and not all(_is_level(drill, reader, r) for r in drill.rooms):
        await asyncio.sleep(0.1)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    return reader


def _is_level(drill: Drill, reader: Reader, room: str) -> bool:
    return bool(request(drill, f"rooms/{room}/")["version"] == reader.versions[room])


def request(drill: Drill, path: str, body: Json | None = None) -> Any:
    """One call of the API as the first person; repeated while the product comes back."""
    asked = urllib.request.Request(  # noqa: S310 - our own address
        f"{drill.stand.url}/api/v1/{path}",
        data=json.dumps(body).encode() if body else None,
        headers={
            "Authorization": f"Bearer {drill.people[0]['access']}",
            "Content-Type": "application/json",
        },
    )
    for _ in range(100):
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310
                return json.load(answer)
        except OSError as error:
            drill.note_error(f"http: {error}")
            time.sleep(0.1)
    raise SystemExit(f"{path} does not answer")


def history(drill: Drill, room: str) -> list[Json]:
    """All messages of a room, page by page."""
    found: list[Json] = []
    while True:
        after = found[-1]["seq"] if found else 0
        page = request(drill, f"rooms/{room}/messages/?after_seq={after}&limit=200")
        found += page["results"]
        if not page["has_more"]:
            return found


def judge(drill: Drill, reader: Reader) -> list[str]:
    """What was broken; empty when all promises were kept."""
    broken = []
    stored: dict[str, list[Json]] = {}
    for room in drill.rooms:
        messages = history(drill, room)
        if [m["seq"] for m in messages] != list(range(1, len(messages) + 1)):
            broken.append(f"seq of room {room} has a hole")
        if reader.list_of(room) != messages:
            broken.append(f"the reader of room {room} has another list than a fresh GET")
        for message in messages:
            stored.setdefault(message["client_ref"], []).append(message)
    broken += [f"{ref} is stored {len(m)} times" for ref, m in stored.items() if len(m) > 1]
    for ref, ack in drill.acked.items():
        found = stored.get(ref)
        if not found:
            broken.append(f"{ref} was acknowledged and is lost")
        elif (found[0]["id"], found[0]["seq"]) != (ack["id"], ack["seq"]):
            broken.append(f"{ref} was acknowledged as something else")
    if sum(map(len, stored.values())) != drill.wanted:
        broken.append(f"{sum(map(len, stored.values()))} messages are stored, not {drill.wanted}")
    if reader.doubled or reader.disordered:
        broken.append(f"the reader heard {reader.doubled} twice, {reader.disordered} out of order")
    return broken


def figures(drill: Drill, reader: Reader, seconds: float, broken: list[str]) -> Json:
    return {
        "messages": drill.wanted,
        "senders": SENDERS,
        "rooms": ROOMS,
        "seconds": round(seconds, 1),
        "acknowledged": len(drill.acked),
        "resent": drill.resent,
        "answered_as_duplicate": drill.duplicates,
        "silence_after_kill_seconds": drill.kills,
        "reader": {"connected": reader.resumed, "resets": reader.resets},
        "errors_told": drill.errors,
        "broken": broken,
    }


def prepare(stand: Stand, messages: int) -> Drill:
    words = [
        sys.executable,
        "manage.py",
        "make_accounts",
        str(SENDERS),
        "--prefix",
        "outage",
        "--json",
    ]
    env = {**stand.env, **stand.services}
    made = subprocess.run(words, cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    drill = Drill(stand, json.loads(made.stdout), [], messages)
    others = [person["id"] for person in drill.people[1:]]
    for number in range(ROOMS):
        body = {"name": f"Drill {number}", "participants": others}
        drill.rooms.append(request(drill, "rooms/", body)["id"])
    return drill


def main() -> int:
    parser = argparse.ArgumentParser(prog="outage", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--kill", default=",".join(VICTIMS), help="whom, in which order")
    options = parser.parse_args()
    with Stand() as stand:
        stand.start()
        drill = prepare(stand, options.messages)
        drill.victims = tuple(options.kill.split(","))
        began = time.monotonic()
        reader = asyncio.run(drive(drill))
        seconds = time.monotonic() - began
        broken = judge(drill, reader)
        if broken:
            print((stand.data_dir / "up.log").read_text()[-5000:], file=sys.stderr)
    print(json.dumps(figures(drill, reader, seconds, broken[:50]), indent=2))
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
