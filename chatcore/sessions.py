"""The browser sessions, as Django keeps them in its table. This module is the SESSION_ENGINE."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    """A cookie may hold whatever its sender likes; PostgreSQL would choke on a NUL among it."""

    def _validate_session_key(self, key: str) -> bool:
        return bool(key) and len(key) >= 8 and key.isascii() and key.isalnum()
