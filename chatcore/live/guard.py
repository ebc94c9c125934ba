"""The second look at sign-ins: one that was good when its socket opened may be over by now."""

from collections.abc import Sequence
from uuid import UUID

from chatcore.frames import Frame
from chatcore.live.db import fetch
from chatcore.live.hub import Hub
from chatcore.live.socket import Socket

_LOGINS_ALIVE = """
SELECT l.id FROM logins l JOIN users u ON u.id = l.user_id
WHERE l.id = ANY(%s) AND l.revoked_at IS NULL AND u.account_status = 'active' AND u.deleted_at IS NULL
"""
_SESSIONS_ALIVE = (
    "SELECT session_key FROM django_session WHERE session_key = ANY(%s) AND expire_date > now()"
)
_USERS_ALIVE = (
    "SELECT id FROM users WHERE id = ANY(%s) AND account_status = 'active' AND deleted_at IS NULL"
)

# Ten thousand rows at once would hold up everybody's frames.
_AT_ONCE = 500


class LoginWatch:
    """Closes the sockets of a sign-in the moment its end is announced."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def take(self, frame: Frame) -> None:
        login = frame.about["login"]
        for socket in tuple(self._hub.sockets.get(UUID(frame.about["user"]), ())):
            if login is None or str(socket.visitor.login_id) == login:
                socket.revoke()


async def close_revoked(hub: Hub) -> None:
    """Close the sockets whose sign-in is over, for whatever reason, with 4001."""
    sockets = [socket for group in hub.sockets.values() for socket in group]
    for first in range(0, len(sockets), _AT_ONCE):
        await _close_revoked(sockets[first : first + _AT_ONCE])


async def _close_revoked(sockets: Sequence[Socket]) -> None:
    logins = await _alive(_LOGINS_ALIVE, {s.visitor.login_id for s in sockets})
    sessions = await _alive(_SESSIONS_ALIVE, {s.visitor.session_key for s in sockets})
    users = await _alive(_USERS_ALIVE, {s.user_id for s in sockets})
    for socket in sockets:
        visitor = socket.visitor
        lost_login = visitor.login_id is not None and visitor.login_id not in logins
        lost_session = visitor.session_key is not None and visitor.session_key not in sessions
        if lost_login or lost_session or visitor.user_id not in users:
            socket.revoke()


async def _alive(sql: str, keys: set[object]) -> set[object]:
    wanted = [key for key in keys if key is not None]
    if not wanted:
        return set()
    return {next(iter(row.values())) for row in await fetch(sql, [wanted])}
