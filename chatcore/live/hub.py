"""The hub: per process one subscription of the channel layer per topic, however many sockets follow it.

Each event is encoded once, by its publisher, and passed to every local subscriber without a query. The
layer is only a hint: every few seconds the hub asks the database for the versions of the topics it
carries and fetches what is missing, once for all subscribers.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any
from uuid import UUID

import structlog
from channels.layers import get_channel_layer

from chatcore.errors import ChatcoreError, NotFound
from chatcore.frames import Frame, encode
from chatcore.live.feed import Feed, Sink
from chatcore.live.presence import Presence
from chatcore.live.rights import renew_rights
from chatcore.live.topics import kinds, parse_topic
from chatcore.services.publish import group_name, unpacked

log = structlog.get_logger(__name__)

# A straggler of another process gets this long before the database is asked for it.
_GAP_PATIENCE = 0.05


class Hub:
    """Feeds by topic. All methods run on the event loop of the process."""

    def __init__(self) -> None:
        self.feeds: dict[str, Feed] = {}
        self.sockets: dict[UUID, set[Any]] = {}
        self.presence = Presence()
        self._channel: str | None = None
        self._unjoined: set[str] = set()
        self._healing: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.recheck_wanted: set[str] = set()

    # -- joining and leaving --

    async def join(self, topic: str, sink: Sink) -> Feed:
        """Follow a topic. The first one in this process subscribes to the layer, and so do not miss
        what is committed while the caller reads its snapshot."""
        feed = self.feeds.get(topic)
        if feed is None:
            feed = self.feeds[topic] = Feed(topic)
            feed.sinks.add(sink)
            await self._subscribe_layer(topic)
        else:
            feed.sinks.add(sink)
        return feed

    def leave(self, topic: str, sink: Sink) -> None:
        feed = self.feeds.get(topic)
        if feed is None:
            return
        feed.sinks.discard(sink)
        if not feed.sinks:
            del self.feeds[topic]
            self._unjoined.discard(topic)
            self.spawn(self._unsubscribe_layer(topic))

    # -- frames --

    def deliver(self, frames: Sequence[Frame]) -> None:
        """Frames of this process or another's, in any order."""
        for frame in frames:
            feed = self.feeds.get(frame.topic)
            if feed is None:
                continue
            feed.receive(frame)
            if frame.about.get("recheck"):
                self.recheck_wanted.add(frame.topic)
                self.spawn(self.recheck())
            if feed.has_gap and frame.topic not in self._healing:
                self._healing.add(frame.topic)
                self.spawn(self._heal_soon(feed))

    async def recheck(self) -> None:
        """Ask again whether the subscribers of the topics in question may still read."""
        wanted, self.recheck_wanted = self.recheck_wanted, set()
        feeds = [feed for topic in wanted if (feed := self.feeds.get(topic))]
        await self.revoke_lost(feeds)

    async def revoke_lost(self, feeds: Iterable[Feed]) -> None:
        """Take every subscription of these feeds away that its user may not have any more."""
        for subscription in await renew_rights(feeds):
            self.leave(subscription.topic, subscription)
            subscription.receiver.lose(subscription.topic)

    async def heal(self, feed: Feed) -> None:
        """Fetch what this feed has missed and pass it on."""
        if feed.version is None:
            return
        kind, id_ = parse_topic(feed.topic)
        try:
            missed = await kind.missed(id_, feed.version)
        except NotFound:  # erased: nobody may read it any more
            await self.revoke_lost([feed])
            return
        if missed.frames is None:
            reset = {"op": "reset", "topic": feed.topic, "version": missed.version}
            self.tell(feed, encode(reset))
        feed.heal(missed.frames or (), missed.version)
        # No frames for a newer version: what changed is not to be read any more.
        if not missed.frames or any(frame.about.get("recheck") for frame in missed.frames):
            await self.revoke_lost([feed])

    def tell(self, feed: Feed, text: str) -> None:
        """One frame of our own for everybody who follows a topic."""
        for sink in tuple(feed.sinks):
            receiver = getattr(sink, "receiver", None)
            if receiver is not None:
                receiver.push(text, passing=False)

    async def poll_versions(self) -> None:
        """Compare every feed with the database and heal those behind: what the layer lost is found."""
        for name, kind in kinds().items():
            ids = [UUID(t.partition(":")[2]) for t in self.feeds if t.startswith(f"{name}:")]
            if not ids:
                continue
            versions = await kind.versions(ids)
            for id_ in ids:
                feed = self.feeds.get(f"{name}:{id_}")
                if feed is None or feed.version is None:
                    continue
                # No version: the conversation was erased since.
                if feed.version < versions.get(id_, feed.version + 1):
                    await self.heal(feed)

    async def _heal_soon(self, feed: Feed) -> None:
        await asyncio.sleep(_GAP_PATIENCE)
        try:
            if feed.has_gap:
                await self.heal(feed)
        except ChatcoreError as error:
            log.warning("heal_failed", topic=feed.topic, error=error.detail)
        finally:
            self._healing.discard(feed.topic)

    # -- the layer --

    async def listen_to_layer(self) -> None:
        """Pass on what other processes publish, for as long as the process lives."""
        layer = get_channel_layer()
        while True:
            try:
                self._channel = self._channel or await layer.new_channel("hub.")
                await self._retry_unjoined()
                message = await layer.receive(self._channel)
                self.deliver(list(unpacked(message)))
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("layer_away", error=repr(error))
                await asyncio.sleep(1)

    async def retry_layer(self) -> None:
        if self._unjoined and self._channel:
            await self._retry_unjoined()

    async def _retry_unjoined(self) -> None:
        for topic in list(self._unjoined):
            await self._subscribe_layer(topic)
            if topic in self._unjoined:  # still away: a time limit for each would add up to minutes
                return

    async def _subscribe_layer(self, topic: str) -> None:
        if self._channel is None:  # joined as soon as the layer is there
            self._unjoined.add(topic)
            return
        try:
            async with asyncio.timeout(2):
                await get_channel_layer().group_add(group_name(topic), self._channel)
            self._unjoined.discard(topic)
        except Exception as error:
            if not self._unjoined:
                log.warning("layer_away", error=repr(error))
            self._unjoined.add(topic)

    async def _unsubscribe_layer(self, topic: str) -> None:
        if topic in self.feeds or self._channel is None:
            return
        try:
            async with asyncio.timeout(2):
                await get_channel_layer().group_discard(group_name(topic), self._channel)
        except Exception as error:
            log.debug("layer_away", error=repr(error))
        if topic in self.feeds:  # somebody came back while we were leaving
            await self._subscribe_layer(topic)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
