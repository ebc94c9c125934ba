"""Servers that the environment names: are they there, and new enough."""

import psycopg
import redis

from chatcore.embedded.errors import CannotRun

OLDEST_POSTGRES, OLDEST_REDIS = 15, 7


def check_database(url: str) -> str:
    """Its version, for people. Raises CannotRun if it can't be used."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            number = connection.info.server_version
            told = str(connection.info.parameter_status("server_version"))
    except psycopg.Error as error:
        raise CannotRun(
            f"The database of DATABASE_URL can't be used: {str(error).strip()}",
            "see to host, port, user, password and database name in "
            "DATABASE_URL=postgres://user:password@host:5432/name, or unset it to use ours",
        ) from None
    if number // 10_000 < OLDEST_POSTGRES:
        raise CannotRun(
            f"DATABASE_URL names a PostgreSQL {told}; {OLDEST_POSTGRES} or later is needed.",
            "upgrade that server, or unset DATABASE_URL for the embedded PostgreSQL",
        )
    return told


def check_redis(url: str) -> str:
    """Its version, for people. Raises CannotRun if it can't be used."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5) as client:
            told = client.info("server")
    except (redis.RedisError, ValueError) as error:
        raise CannotRun(
            f"The server of REDIS_URL can't be used: {error}",
            "see to host, port and password in REDIS_URL=redis://:password@host:6379/0, "
            "or unset it for the embedded one",
        ) from None
    version = str(told["redis_version"])
    if int(version.partition(".")[0]) < OLDEST_REDIS:
        raise CannotRun(
            f"REDIS_URL names a Redis {version}; Redis {OLDEST_REDIS} or Valkey is needed.",
            "upgrade that server, or unset REDIS_URL for the embedded Valkey",
        )
    return str(told.get("valkey_version", version))
