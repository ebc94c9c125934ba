"""How to talk with the product and with the chats it is measured against, through one small face."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol
from uuid import uuid4

import orjson

from chatcore.live.threads import in_thread
from chatcore.services.many_accounts import make_accounts
from tests.benchmarks.filling import make_room
from tests.benchmarks.wire import Closed, Http, WebSocket

OnMessage = Callable[[bytes], None]
_PAD = (
    "and some more words, so that the message is about two hundred characters long, as many are; "
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in: their id there, and the headers that say so."""

    id: Any
    headers: Mapping[str, str]


class Talker(Protocol):
    """A socket in one room."""

    socket: WebSocket

    async def send(self, text: str) -> None:
        """Returns once the server says that the message is stored."""


class Driver(Protocol):
    """A server that people can be let into."""

    url: str

    async def people(self, many: int) -> list[Person]: ...

    async def room(self, people: Sequence[Person]) -> str:
        """A room with all of them in it; its id."""

    async def join(self, person: Person, room: str, on_message: OnMessage) -> Talker:
        """Open a socket and follow the room; `on_message` gets each frame with a message in it."""

    def history(self, room: str) -> str:
        """The path of the last 50 messages."""


def text_of(tag: str, number: int, at: float) -> str:
    """A message of 200 characters that says when it was sent."""
    return f"{tag} {number} {at:.6f} {_PAD * 2}"[:200]


class Acks:
    """Sends that wait for their answer, by what the answer will carry."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[None]] = {}

    def expect(self, key: str) -> asyncio.Future[None]:
        done = self._waiting[key] = asyncio.get_running_loop().create_future()
        return done

    async def wait(self, key: str, send: Callable[[], None]) -> None:
        done = self.expect(key)
        send()
        async with asyncio.timeout(30):
            await done

    def settle(self, key: str, error: str = "") -> None:
        done = self._waiting.pop(key, None)
        if done is not None and not done.done():
            if error:
                done.set_exception(Closed(error))
            else:
                done.set_result(None)


class Chatcore:
    """Ours, by its contract."""

    def __init__(self, url: str) -> None:
        self.url = url

    async def people(self, many: int) -> list[Person]:
        made = await in_thread(make_accounts, count=many, prefix="bench")
        return [Person(a.id, {"Authorization": f"Bearer {a.access}"}) for a in made]

    async def room(self, people: Sequence[Person]) -> str:
        return str(await in_thread(make_room, people=[person.id for person in people]))

    async def join(self, person: Person, room: str, on_message: OnMessage) -> Talker:
        talker = ChatcoreTalker(f"room:{room}", on_message)
        talker.socket = await WebSocket.connect(self.url, "/ws/v1/", person.headers, talker.take)
        async with asyncio.timeout(30):
            await talker.follow()
        return talker

    def history(self, room: str) -> str:
        return f"/api/v1/rooms/{room}/messages/?limit=50"


class ChatcoreTalker:
    socket: WebSocket

    def __init__(self, topic: str, on_message: OnMessage) -> None:
        self._topic = topic
        self._on_message = on_message
        self._acks = Acks()
        self._ready = self._acks.expect("ready")

    async def follow(self) -> None:
        await self._ready
        frame = orjson.dumps({"op": "subscribe", "topic": self._topic})
        await self._acks.wait("subscribed", lambda: self.socket.send(frame))

    async def send(self, text: str) -> None:
        ref = str(uuid4())
        frame = {"op": "send", "topic": self._topic, "ref": ref, "content": text}
        await self._acks.wait(ref, lambda: self.socket.send(orjson.dumps(frame)))

    def take(self, text: bytes) -> None:
        if text.startswith(b'{"op":"event"'):
            self._on_message(text)
            return
        frame = orjson.loads(text)
        error = text.decode() if frame["op"] == "error" else ""
        self._acks.settle(frame.get("ref", frame["op"]), error)


class Tutorial:
    """The chat of the Channels tutorial, and the bare probe that speaks the same protocol."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._names = count()

    async def people(self, many: int) -> list[Person]:
        http = Http(self.url)
        people = []
        for _ in range(many):
            body = orjson.dumps({"username": f"user{next(self._names)}"})
            headers, answer = await http.post("/register/", body)
            cookie = headers["set-cookie"].partition(";")[0]
            people.append(Person(orjson.loads(answer)["id"], {"Cookie": cookie}))
        http.close()
        return people

    async def room(self, people: Sequence[Person]) -> str:
        http = Http(self.url)
        body = orjson.dumps({"name": "bench", "members": [person.id for person in people]})
        _, answer = await http.post("/rooms/", body)
        http.close()
        return str(orjson.loads(answer)["id"])

    async def join(self, person: Person, room: str, on_message: OnMessage) -> Talker:
        talker = TutorialTalker(on_message)
        path = f"/ws/chat/{room}/"
        talker.socket = await WebSocket.connect(self.url, path, person.headers, talker.take)
        return talker

    def history(self, room: str) -> str:
        return f"/rooms/{room}/messages/?limit=50"


class TutorialTalker:
    """There are no acks: the echo of one's own message comes once it is stored."""

    socket: WebSocket
    _nonces = count()

    def __init__(self, on_message: OnMessage) -> None:
        self._on_message = on_message
        self._acks = Acks()

    async def send(self, text: str) -> None:
        nonce = f"n{next(self._nonces)}"
        frame = orjson.dumps({"content": text, "nonce": nonce})
        await self._acks.wait(nonce, lambda: self.socket.send(frame))

    def take(self, text: bytes) -> None:
        self._on_message(text)
        if nonce := orjson.loads(text).get("nonce"):
            self._acks.settle(nonce)
