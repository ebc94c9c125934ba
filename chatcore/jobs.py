"""Background work is asked for by name, after commit, with JSON arguments, and is safe to repeat.

Services never import tasks, so there is no cycle. A lost request (the broker was away) is found again
by whoever owns the durable row the job works on: the row is the truth, the message only a hint.
"""

from collections.abc import Mapping
from datetime import datetime

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


def enqueue_on_commit(name: str, **kwargs: Json) -> None:
    """Ask a worker to run task `name` once the present transaction has committed."""
    transaction.on_commit(lambda: enqueue(name, kwargs))


def enqueue_at_on_commit(name: str, when: datetime, **kwargs: Json) -> None:
    """The same at an instant, which must be minutes away and not hours: until then a worker holds the
    request, and the broker gives what is held for long to another one."""
    transaction.on_commit(lambda: enqueue(name, kwargs, when))


def enqueue(name: str, kwargs: Mapping[str, Json], when: datetime | None = None) -> None:
    """The same at once, for what has committed already. It may wait for the broker: never on a loop."""
    try:
        current_app.send_task(name, kwargs=dict(kwargs), eta=when, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("broker_away", task=name, error=str(error))
