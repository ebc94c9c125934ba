"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from chatcore.http import limits
from chatcore.models import User
from tests.client import ContractClient
from tests.world import Cast, access_for, cast


@pytest.fixture(autouse=True)
def _quick_and_unlimited(settings: Settings) -> Iterator[None]:
    """Cheap password hashes; no rate limits except in the tests about them."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.RATE_LIMITS = False
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
