"""The publisher: events leave by this file alone, after commit, and it alone calls `group_send`.

What happens here is a hint. The database is the truth: an event that is lost on the way is found again
by its version.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import uuid4

from channels.layers import get_channel_layer
from django.db import transaction

from chatcore.events import Event
from chatcore.frames import Frame, event_frame
from chatcore.jobs import enqueue
from chatcore.services import outlet
from chatcore.services.append import Appended
from chatcore.services.timeline import Timeline

# Which process sent a batch, so that its own hub, which has it already, drops the echo.
ORIGIN = f"{os.getpid()}-{uuid4().hex[:8]}"


def publish_on_commit(topic: str, event: Event) -> None:
    """Tell everybody who follows `topic` ("room:<id>", "dialogue:<id>", "user:<id>") after commit."""
    transaction.on_commit(lambda: publish([event_frame(topic, event)]))


def publish_created_on_commit(timeline: Timeline, appended: Appended) -> None:
    """Announce a message that `append` stored in the present transaction; a repeat says nothing."""
    if not appended.duplicate:
        transaction.on_commit(lambda: publish(timeline.frames_of(appended.row)))
        for task in timeline.tasks_of(appended.row):
            transaction.on_commit(partial(enqueue, task.name, task.kwargs))


def publish(frames: Sequence[Frame]) -> None:
    """Hand committed frames to this process's sockets at once, and to the other processes."""
    outlet.deliver(frames)
    outlet.submit(_send, frames)


async def _send(frames: Sequence[Frame]) -> None:
    layer = get_channel_layer()
    for topic, batch in _by_topic(frames).items():
        message = {"type": "frames", "origin": ORIGIN, "frames": [_packed(f) for f in batch]}
        await layer.group_send(group_name(topic), message)


def group_name(topic: str) -> str:
    """Channel layers allow no colon."""
    return topic.replace(":", ".")


def unpacked(message: Mapping[str, Any]) -> Iterable[Frame]:
    """The frames of a layer message of another process; none when it was our own."""
    if message.get("origin") != ORIGIN:
        for packed in message["frames"]:
            yield Frame(*packed)


def _packed(frame: Frame) -> list[Any]:
    return [frame.topic, frame.type, frame.version, frame.text, dict(frame.about)]


def _by_topic(frames: Sequence[Frame]) -> dict[str, list[Frame]]:
    topics: dict[str, list[Frame]] = {}
    for frame in frames:
        topics.setdefault(frame.topic, []).append(frame)
    return topics
