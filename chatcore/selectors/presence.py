"""Who follows a topic at this moment, from any process."""

import time
from functools import cache
from uuid import UUID

import redis
from django.conf import settings
from redis.exceptions import RedisError

# A process renews its users every 20 s; twice missed means that it is dead.
ALIVE_SECONDS = 50


def presence_key(topic: str) -> str:
    return f"chatcore:presence:{topic}"


def online_in(topic: str) -> set[UUID]:
    """The users whose sockets follow the topic; nobody while Valkey is away."""
    try:
        members = _client().zrangebyscore(presence_key(topic), time.time() - ALIVE_SECONDS, "+inf")
    except (RedisError, OSError):
        return set()
    return {user_of_member(member) for member in members}


def user_of_member(member: object) -> UUID:
    """The members of the key are `user|process`: one user may be there in two processes."""
    return UUID(str(member).partition("|")[0])


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.PRESENCE_REDIS_URL,
        socket_connect_timeout=1,
        socket_timeout=1,
        decode_responses=True,
    )
