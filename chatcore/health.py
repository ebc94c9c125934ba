"""Is everything well: one probe per part, each with its state and its mend."""

import hmac
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
import structlog
from asgiref.sync import async_to_sync, iscoroutinefunction, sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import sync_and_async_middleware
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from chatcore.metrics import SEARCH_BEHIND
from chatcore.selectors.message_search import message_sources
from chatcore.selectors.search_marks import seconds_behind
from chatcore.services.partitions import partition_problems

log = structlog.get_logger(__name__)

WORKER_KEY = "health:worker"
WORKER_NOTES_EVERY, WORKER_LOST_AFTER = 5, 30
# A probe costs a connection; whoever asks more often gets the last answer.
_REMEMBER_SECONDS = 2.0

_ready = Gauge("chatcore_ready", "1 where the part is well, by part", ["part"])
_last: tuple[float, list["Probe"]] = (float("-inf"), [])
_noted = float("-inf")


@dataclass(frozen=True)
class Probe:
    """One part: `state` says how it is, `mend` what to do if it is not `ok`."""

    name: str
    state: str
    ok: bool
    mend: str = ""


async def probes() -> list[Probe]:
    """Database, cache, channel layer, worker and partitions, in this order."""
    stored = await sync_to_async(_stored_probes, thread_sensitive=False)()
    return [*stored[:2], await _channel_layer(), *stored[2:]]


def _stored_probes() -> list[Probe]:
    database = _probed("database", _database, "start PostgreSQL, or see to DATABASE_URL")
    found = [
        database,
        _probed("cache", _cache, "start Valkey, or see to REDIS_URL"),
        _probed("worker", _worker, "start the worker: `manage.py up --only worker`"),
    ]
    if database.ok:
        found.append(_probed("partitions", _partitions, "run `manage.py partitions --create`"))
    else:
        found.append(
            Probe("partitions", "unknown without the database", ok=False, mend=database.mend)
        )
    connection.close()
    return found


class NotWell(Exception):
    """A part answers, but not as it should; the message says how."""


def _probed(name: str, look: Callable[[], str], mend: str) -> Probe:
    try:
        return Probe(name, look(), ok=True)
    except NotWell as problem:
        return Probe(name, str(problem), ok=False, mend=mend)
    except Exception as error:  # whatever it is, this part is not well
        log.warning("probe_failed", part=name, error=str(error))
        return Probe(name, "unreachable", ok=False, mend=mend)


def _database() -> str:
    # A connection of our own: the pool would wait 20 s for a server that is gone.
    parameters = connection.get_connection_params()
    for name in ("pool", "cursor_factory"):
        parameters.pop(name, None)
    with psycopg.connect(**{**parameters, "connect_timeout": 3}) as own:
        found = own.execute("SELECT to_regclass('django_migrations')").fetchone()
        if found is None or found[0] is None:
            raise NotWell("reachable, but never migrated: run `manage.py prepare`")
        return f"PostgreSQL {own.info.parameter_status('server_version')}"


def _cache() -> str:
    cache.set("health:probe", "1", 10)
    if cache.get("health:probe") != "1":
        raise NotWell("takes values and forgets them")
    return "answers"


def _worker() -> str:
    seen = cache.get(WORKER_KEY)
    if seen is None:
        raise NotWell(f"not heard of for {WORKER_LOST_AFTER} s")
    return f"heard of {max(0, round(time.time() - seen))} s ago"


def _partitions() -> str:
    problems = partition_problems()
    if problems:
        raise NotWell("; ".join(problems))
    return "enough months ahead, nothing in DEFAULT"


async def _channel_layer() -> Probe:
    mend = "start Valkey, or see to REDIS_URL"
    layer = get_channel_layer()
    if layer is None:
        return Probe("channel_layer", "not configured", ok=False, mend=mend)
    try:
        await layer.group_send("health", {"type": "health.probe"})
    except Exception as error:  # whatever it is, this part is not well
        log.warning("probe_failed", part="channel_layer", error=str(error))
        return Probe("channel_layer", "unreachable", ok=False, mend=mend)
    return Probe("channel_layer", "answers", ok=True)


def note_worker_alive() -> None:
    """Called by a worker with each heartbeat: remember that one lives."""
    global _noted
    if time.monotonic() - _noted < WORKER_NOTES_EVERY:
        return
    _noted = time.monotonic()
    try:
        cache.set(WORKER_KEY, time.time(), WORKER_LOST_AFTER)
    except Exception as error:  # a worker must not die of a cache that is away
        log.warning("worker_note_lost", error=str(error))


async def recent_probes() -> list[Probe]:
    """As `probes`, at most 2 s old."""
    global _last
    if time.monotonic() - _last[0] > _REMEMBER_SECONDS:
        _last = (time.monotonic(), await probes())
        for probe in _last[1]:
            _ready.labels(probe.name).set(probe.ok)
    return _last[1]


async def healthz(_request: HttpRequest) -> HttpResponse:
    """Alive: this process answers. For whoever would restart it, or send it traffic."""
    return JsonResponse({"status": "ok"})


async def readyz(_request: HttpRequest) -> HttpResponse:
    """Well: every part answers; 503 if one does not. For whoever is to be woken."""
    found = await recent_probes()
    well = all(probe.ok for probe in found)
    parts = {probe.name: _without_name(probe) for probe in found}
    body = {"status": "ok" if well else "failing", "parts": parts}
    return JsonResponse(body, status=200 if well else 503)


async def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format, for METRICS_TOKEN as bearer token or for this machine itself."""
    if not _may_read_metrics(request):
        return HttpResponse("Set METRICS_TOKEN and send it as a bearer token.\n", status=403)
    await recent_probes()
    await sync_to_async(_measure_search, thread_sensitive=False)()
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _measure_search() -> None:
    """How far full-text search lies behind, as far as the database can be asked."""
    try:
        for name, source in message_sources().items():
            SEARCH_BEHIND.labels(name).set(seconds_behind(source))
    except DatabaseError as error:
        log.warning("search_not_measured", error=str(error))
    finally:
        connection.close()


_PATHS: dict[str, Callable[[HttpRequest], Awaitable[HttpResponse]]] = {
    "/healthz": healthz,
    "/readyz": readyz,
    "/metrics": metrics,
}


@sync_and_async_middleware
def answer_probes(get_response: Any) -> Any:
    """Answer the three paths before anything else: probes know no host name, session or language."""

    async def answer(request: HttpRequest) -> HttpResponse:
        view = _PATHS.get(request.path_info)
        found: HttpResponse = await (view or get_response)(request)
        return found

    def answer_in_turn(request: HttpRequest) -> HttpResponse:
        view = _PATHS.get(request.path_info)
        found: HttpResponse = async_to_sync(view)(request) if view else get_response(request)
        return found

    return answer if iscoroutinefunction(get_response) else answer_in_turn


def _may_read_metrics(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    # A proxy on this machine speaks for others.
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return not forwarded and request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1")


def _without_name(probe: Probe) -> dict[str, object]:
    return {key: value for key, value in asdict(probe).items() if key != "name" and value != ""}
