"""The browser sessions that Django keeps."""

from importlib import import_module
from typing import cast

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase


def session_store(key: str | None) -> SessionBase:
    """The session behind a cookie's value, of whichever engine is configured."""
    engine = import_module(settings.SESSION_ENGINE)
    return cast("SessionBase", engine.SessionStore(key))
