"""Services from the event loop: in a thread, with a Django connection of the pool, given back after."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

import pghistory
from channels.db import database_sync_to_async
from django.db import InterfaceError, OperationalError
from psycopg_pool import PoolTimeout

from chatcore.errors import NotFound, Unavailable
from chatcore.models import User

T = TypeVar("T")


async def in_thread(work: Callable[..., T], **arguments: Any) -> T:
    """Run a service beside the loop; several at once, unlike Django's one thread for all.

    Raises Unavailable when the database is away: what was under way is rolled back.
    """
    try:
        found: T = await database_sync_to_async(_known(work), thread_sensitive=False)(**arguments)
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise Unavailable("The database is not reachable for the moment.") from error
    return found


def _known(work: Callable[..., T]) -> Callable[..., T]:
    """The same, with its user on record in the history of what it changes."""

    def run(**arguments: Any) -> T:
        with pghistory.context(user=str(arguments.get("user_id", "")) or None, url="/ws/v1/"):
            return work(**arguments)

    return run


def active_user(user_id: UUID) -> User:
    """The account behind a socket, as it is now. Raises NotFound when it may not act any more."""
    user = User.objects.filter(pk=user_id, account_status="active").first()
    if user is None:
        raise NotFound
    return user
