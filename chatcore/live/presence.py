"""Who is there: counted in the process, kept in Valkey with a time limit, told at most once a second.

A counter in a column would drift when a process dies; a key that is not renewed runs out by itself.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from uuid import UUID

import structlog
from django.conf import settings
from redis import asyncio as redis
from redis.exceptions import RedisError

from chatcore.events import Presence as PresenceEvent
from chatcore.frames import event_frame
from chatcore.selectors.presence import ALIVE_SECONDS, presence_key, user_of_member
from chatcore.services.publish import ORIGIN, publish

log = structlog.get_logger(__name__)


class Presence:
    """The users whose sockets in this process follow each topic."""

    def __init__(self) -> None:
        self._here: dict[str, Counter[UUID]] = defaultdict(Counter)
        self._changed: dict[str, dict[UUID, bool]] = {}
        self._redis: redis.Redis | None = None

    def entered(self, topic: str, user: UUID) -> None:
        self._here[topic][user] += 1
        if self._here[topic][user] == 1:
            self._changed.setdefault(topic, {})[user] = True

    def left(self, topic: str, user: UUID) -> None:
        users = self._here.get(topic)
        if not users or users[user] == 0:
            return
        users[user] -= 1
        if users[user] == 0:
            del users[user]
            self._changed.setdefault(topic, {})[user] = False
        if not users:
            del self._here[topic]

    async def tell_changes(self) -> None:
        """Tell each topic who came and who went since the last time."""
        changed, self._changed = self._changed, {}
        away = False  # a time limit for each topic would hold the clock up for minutes
        for topic, users in changed.items():
            came = [user for user, there in users.items() if there]
            went = [user for user, there in users.items() if not there]
            elsewhere = None if away else await self._record(topic, came, went)
            away = elsewhere is None
            event = PresenceEvent(
                online=came, offline=[user for user in went if user not in (elsewhere or ())]
            )
            publish([event_frame(topic, event)])

    async def renew(self) -> None:
        """Push the time limit of everybody here forward."""
        now = time.time()
        try:
            async with self._client().pipeline(transaction=False) as pipe:
                for topic, users in self._here.items():
                    pipe.zadd(presence_key(topic), {_member(user): now for user in users})
                    # Those of a process that was killed: nobody else takes them out of a busy room.
                    pipe.zremrangebyscore(presence_key(topic), "-inf", now - ALIVE_SECONDS)
                    pipe.expire(presence_key(topic), 2 * ALIVE_SECONDS)
                await pipe.execute()
        except (RedisError, OSError) as error:
            log.debug("presence_not_renewed", error=str(error))

    async def online(self, topic: str) -> set[UUID]:
        """Everybody who follows the topic now, in whichever process; while Valkey is away, in this one."""
        try:
            members = await self._client().zrangebyscore(
                presence_key(topic), time.time() - ALIVE_SECONDS, "+inf"
            )
        except (RedisError, OSError):
            return set(self._here.get(topic, ()))
        return {user_of_member(member) for member in members}

    async def stop(self) -> None:
        """Nobody is here any more; a process that is killed leaves this to the time limit."""
        for topic, users in list(self._here.items()):
            await self._record(topic, [], list(users))
        if self._redis:
            await self._redis.aclose()

    async def _record(self, topic: str, came: Iterable[UUID], went: list[UUID]) -> set[UUID] | None:
        """Write to Valkey; who is still there in another process, None when Valkey is away."""
        try:
            if members := {_member(user): time.time() for user in came}:
                await self._client().zadd(presence_key(topic), members)
                await self._client().expire(presence_key(topic), 2 * ALIVE_SECONDS)
            if went:
                await self._client().zrem(presence_key(topic), *[_member(user) for user in went])
                return await self.online(topic)
        except (RedisError, OSError) as error:
            log.debug("presence_not_recorded", error=str(error))
            return None
        return set()

    def _client(self) -> redis.Redis:
        if self._redis is None:
            self._redis = redis.Redis.from_url(
                settings.PRESENCE_REDIS_URL,
                socket_connect_timeout=1,
                socket_timeout=2,
                decode_responses=True,
            )
        return self._redis


def _member(user: UUID) -> str:
    return f"{user}|{ORIGIN}"
