"""Live equals reload: snapshot + events == fresh snapshot, for every service that changes something.

    with live_equals_reload(stage, reader, topic):
        edit_message(…)

The reader follows the topic on a real socket and knows nothing but what it was told: a snapshot by
HTTP and then events. Afterwards its picture must be what a reload shows, once by the events that came
live and once by a replay from where it began.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from chatcore.models import User
from tests.client import ContractClient
from tests.live import Json, Stage
from tests.world import access_for

Picture = dict[str, Any]

# Told once a second on `me`, or known from the messages themselves.
_NOT_IN_EVENTS = {"is_online", "current_status", "last_seen_at", "updated_at"}


@contextmanager
def live_equals_reload(stage: Stage, reader: User, topic: str) -> Iterator[None]:
    """For what the block does. A reader who loses the topic must be told so, too."""
    before = snapshot(reader, topic)
    assert before, "the reader must see it to begin with"
    with stage.client(reader) as client:
        client.subscribe(topic)
        yield
        after = snapshot(reader, topic)
        if after is None:
            client.expect(op="revoked", topic=topic)
            return
        if after["version"] > before["version"]:
            client.up_to(after["version"])
        live = _applied(before, client.everything(0.25))
    assert live == after, f"live is not what a reload shows: {_differences(live, after)}"
    with stage.client(reader) as late:
        replayed, told = late.subscribe(topic, after_version=before["version"])
        assert told["version"] == after["version"]
    again, lasting = _lasting(_applied(before, replayed)), _lasting(after)
    assert again == lasting, f"a replay is not a reload: {_differences(again, lasting)}"


def _differences(live: Any, reload: Any, path: str = "") -> list[str]:
    """Where two pictures differ, as a reader of a failed test wants it."""
    if isinstance(live, dict) and isinstance(reload, dict):
        keys = sorted({*live, *reload})
        return [d for k in keys for d in _differences(live.get(k), reload.get(k), f"{path}/{k}")]
    return [] if live == reload else [f"{path}: {live!r}, reloaded {reload!r}"]


def snapshot(reader: User, topic: str) -> Picture | None:
    """Everything that the API shows of a topic; None when there is nothing to see."""
    kind, _, id_ = topic.partition(":")
    client = ContractClient(access=access_for(reader))
    path = f"/api/v1/{kind}s/{id_}/"
    about = client.get(path)
    if about.status_code == 404:
        return None
    picture: Picture = {
        "about": _known(about.json()),
        "messages": {m["id"]: m for m in _messages(client, path)},
        "people": {},
        "escalations": {},
    }
    if kind == "room":
        asked_for = client.get(f"{path}escalations/").json()
        picture["escalations"] = {each["id"]: each for each in asked_for}
        people = client.get(f"{path}participants/").json()["results"]
        picture["people"] = {place["user"]["id"]: _known(place) for place in people}
    picture["version"] = picture["about"].pop("version")
    picture["me"] = str(reader.pk)
    return picture


def _messages(client: ContractClient, path: str) -> Iterator[Json]:
    after, more = 0, True
    while more:
        page = client.get(f"{path}messages/?after_seq={after}&limit=200").json()
        yield from page["results"]
        more, after = page["has_more"], page["results"][-1]["seq"] if page["results"] else 0


def _known(found: Json) -> Json:
    return {key: value for key, value in found.items() if key not in _NOT_IN_EVENTS}


def _applied(picture: Picture, frames: list[Json]) -> Picture:
    """The picture after these events, as a client would keep it."""
    picture = copy.deepcopy(picture)
    for frame in frames:
        if frame["op"] == "event" and frame["type"] in _RULES:
            _RULES[frame["type"]](picture, frame["data"])
            picture["version"] = frame.get("version", picture["version"])
    return picture


def _lasting(picture: Picture) -> Picture:
    """Without what only passing events tell: how far the others have read."""
    picture = copy.deepcopy(picture)
    for place in picture["people"].values():
        place.pop("last_read_seq")
    for name in ("last_read_seq", "unread_count", "unread_mentions"):
        picture["about"].pop(name, None)
    return picture


def _message(picture: Picture, message: Json) -> None:
    about, known = picture["about"], message["id"] in picture["messages"]
    picture["messages"][message["id"]] = message
    if known:
        if "sender" in message:
            _count(picture)
        return
    about["last_seq"] = max(about["last_seq"], message["seq"])
    # A replay tells of a message when it last changed: it need not be the newest.
    about["last_message_at"] = max(about["last_message_at"] or "", message["created_at"])
    if message.get("message_type") == "system":  # nobody said it
        _count(picture)
    elif "sender" in message:  # who speaks has read what stands above
        _read(picture, {"user": message["sender"]["id"], "seq": message["seq"]})
    else:
        about["message_count"] += 1
        about["total_tokens_used"] += message["tokens_used"] or 0
        costs = [Decimal(str(one["cost"] or 0)) for one in picture["messages"].values()]
        about["total_cost"] = float(round(sum(costs, Decimal(0)), 4))


def _read(picture: Picture, read: Json) -> None:
    about, place = picture["about"], picture["people"].get(read["user"])
    if place:
        place["last_read_seq"] = max(place["last_read_seq"], read["seq"])
    if read["user"] == picture["me"]:
        about["last_read_seq"] = max(about["last_read_seq"], read["seq"])
    _count(picture)


def _count(picture: Picture) -> None:
    """What is unread, counted one by one."""
    about = picture["about"]
    after = [m for m in picture["messages"].values() if m["seq"] > about.get("last_read_seq", 0)]
    about["unread_count"] = len(after)
    about["unread_mentions"] = sum(picture["me"] in m["mentions"] for m in after)


def _room(picture: Picture, room: Json) -> None:
    picture["about"].update(_known(room))


def _dialogue(picture: Picture, dialogue: Json) -> None:
    counted = (
        *("last_seq", "message_count", "total_tokens_used", "total_cost"),
        *("last_message_at", "version"),
    )
    picture["about"].update({k: v for k, v in _known(dialogue).items() if k not in counted})


def _participant(picture: Picture, place: Json) -> None:
    user = place["user"]["id"]
    if place["status"] in {"active", "muted"}:
        picture["people"][user] = _known(place)
    else:
        picture["people"].pop(user, None)
    if user == picture["me"]:
        picture["about"]["role"] = place["role"]


def _escalation(picture: Picture, escalation: Json) -> None:
    picture["escalations"][escalation["id"]] = escalation


_RULES: dict[str, Callable[[Picture, Json], None]] = {
    "message.created": _message,
    "message.edited": _message,
    "message.deleted": _message,
    "read": _read,
    "room.updated": _room,
    "participant.changed": _participant,
    "escalation.changed": _escalation,
    "dialogue.updated": _dialogue,
}
