"""A page of a room's messages on the express lane: access and page in one round trip."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from chatcore.frames import Sight
from chatcore.http.positions import position_from
from chatcore.live.db import fetch_at_once
from chatcore.live.runtime import runtime_or_none
from chatcore.selectors.logins import LOGIN_ALIVE_SQL, AccessClaims
from rooms.selectors.messages import PageQuery, page_out, page_query, thread_from
from rooms.selectors.readers import READERS

# The page's bounds come from the reader's own place, so that the page can be asked for together with
# the question whether they have one.
_LAST_ID = "(SELECT last_message_id FROM chat_rooms WHERE id = %(room)s)"
_READER = f"(SELECT {{}} FROM {READERS} AS r WHERE r.room_id = %(room)s AND r.user_id = %(reader)s)"  # noqa: S608
_FIRST, _CLEARANCE = _READER.format("first_visible"), _READER.format("clearance")
_ACCESS = f"SELECT 1 FROM {READERS} AS r WHERE r.room_id = %s AND r.user_id = %s"  # noqa: S608


async def read_messages(
    claims: AccessClaims, room: UUID, query: Mapping[str, str]
) -> dict[str, Any] | None:
    """The body of `GET rooms/{id}/messages/`, or None when anything at all is not plain."""
    if runtime_or_none() is None:
        return None
    page = page_of_reader(room, claims.user_id, query)
    alive, access, rows = await fetch_at_once(
        (LOGIN_ALIVE_SQL, [claims.login_id, claims.user_id]),
        (_ACCESS, [room, claims.user_id]),
        (page.sql, page.parameters),
    )
    return page_out(page, rows) if alive and access else None


def page_of_reader(room: UUID, reader: UUID, query: Mapping[str, str]) -> PageQuery:
    """The page that a query string asks for, within what this reader may see."""
    page = page_query(room, None, Sight(), position_from(query), thread_from(query))
    sql = page.sql.replace("%(last_id)s", _LAST_ID).replace("%(first)s", _FIRST)
    sql = sql.replace("%(clearance)s", _CLEARANCE)
    return replace(page, sql=sql, parameters=page.parameters | {"reader": reader})
