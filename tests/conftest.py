"""What every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import hypothesis
import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import (
    CaptureQueriesContext,
    override_settings,
    setup_databases,
    teardown_databases,
)
from pytest_django.fixtures import Settings
from pytest_django.plugin import DjangoDbBlocker

from chatcore.http import limits
from chatcore.live import runtime
from chatcore.models import User
from config.celery import app
from tests import dialogues
from tests.client import ContractClient
from tests.live import Stage, WebProcess, empty_tables, serve
from tests.world import Cast, access_for, cast

# No test is timed: on a busy machine an example may take as long as it likes.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")

# Processes of one test run share the broker, not their jobs.
app.conf.task_default_queue = f"tests-{os.getpid()}"


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_keepdb: bool,
    django_db_createdb: bool,
) -> Iterator[None]:
    """The test database, also for tests that commit: pytest-django makes it only for marked ones."""
    keep = django_db_keepdb and not django_db_createdb
    with django_db_blocker.unblock():
        made = setup_databases(
            verbosity=0, interactive=False, aliases={"default": None}, keepdb=keep
        )
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            # A thread that gave its connection back to the pool a moment ago must not keep us from it.
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            teardown_databases(made, verbosity=0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A flush after a test would take away what migrations seeded, and every later test would fail."""
    for item in items:
        mark = item.get_closest_marker("django_db")
        if mark and mark.kwargs.get("transaction"):
            raise pytest.UsageError(f"{item.nodeid}: use the fixture `committed` or `stage`.")


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What the test writes is committed, for code that looks with connections of its own."""
    with django_db_blocker.unblock():
        empty_tables()
        yield
        empty_tables()


@pytest.fixture(autouse=True)
def _quick_and_unlimited(settings: Settings) -> Iterator[None]:
    """Cheap password hashes; no rate limits except in the tests about them."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.RATE_LIMITS = False
    # One list for all, which the processes of a test run would share, not their templates.
    settings.TEMPLATE_CACHE = False
    # Or every test client looks at all static files first.
    settings.WHITENOISE_AUTOREFRESH = True
    settings.ACCOUNT_RATE_LIMITS = False
    yield
    limits.start_over()


@pytest.fixture
def world(db: None) -> Cast:
    cache.clear()
    return cast()


@pytest.fixture
def anonymous(db: None) -> ContractClient:
    """A client that has not signed in; every answer is checked against the OpenAPI document."""
    return ContractClient()


@pytest.fixture
def client_of(db: None) -> Callable[[User], ContractClient]:
    """`client_of(world.mira).get("/api/v1/users/me/")`, signed in by Bearer token."""
    return lambda user: ContractClient(access=access_for(user))


@contextmanager
def assert_queries(count: int) -> Iterator[CaptureQueriesContext]:
    """Exactly `count` queries inside, or the failure prints every one of them."""
    with CaptureQueriesContext(connection) as seen:
        yield seen
    if len(seen) != count:
        listed = "\n".join(f"{n}. {q['sql']}" for n, q in enumerate(seen.captured_queries, 1))
        pytest.fail(f"{len(seen)} queries, not {count}:\n{listed}")


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    """The cast on a running server, for all tests of a file: what they do is committed.

    The clock that looks for what was lost runs quicker here; heartbeats wait for the tests about them.
    """
    pace = pytest.MonkeyPatch()
    pace.setattr(runtime, "CHECK_SECONDS", 0.5)
    pace.setattr(runtime, "HEARTBEAT_SECONDS", 3600)
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with (
        django_db_blocker.unblock(),
        override_settings(PASSWORD_HASHERS=hashers, RATE_LIMITS=False),
    ):
        empty_tables()
        try:
            with serve() as port:
                yield Stage(cast(), port)
        finally:
            pace.undo()
            empty_tables()


@pytest.fixture(scope="session")
def second(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[WebProcess]:
    """A second web process beside the one on stage; one for the whole run, since it takes seconds."""
    with django_db_blocker.unblock():
        process = WebProcess()
    yield process
    process.stop()


@pytest.fixture(scope="module")
def worker(stage: Stage) -> Iterator[None]:
    """A worker at the broker, for tests whose questions want an answer."""
    with dialogues.worker():
        yield
