"""What can be misconfigured, numbered. `manage.py check --database default` runs them all."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import Error as DatabaseError

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_KEY_LENGTH = 40


@register(Tags.security)
def check_exposure(**_: Any) -> list[CheckMessage]:
    """What is harmless on one's own machine and not where others can reach us."""
    if settings.HOST in _LOOPBACK:
        return []
    found: list[CheckMessage] = []
    if len(settings.SECRET_KEY) < _KEY_LENGTH or len(set(settings.SECRET_KEY)) < 10:
        found.append(
            Error(
                "SECRET_KEY is too weak for a server that others can reach.",
                hint="Set SECRET_KEY to 50 random characters, or let `manage.py up` make one.",
                id="chatcore.E001",
            )
        )
    if settings.DEBUG:
        found.append(
            Error(
                "DEBUG shows sources and settings to everybody who can reach us.",
                hint="Unset DEBUG, or HOST=127.0.0.1.",
                id="chatcore.E002",
            )
        )
    if not settings.RATE_LIMITS:
        found.append(
            Caution(
                "RATE_LIMITS are off while others can reach us.",
                hint="Unset RATE_LIMITS; `off` is for load tests.",
                id="chatcore.W003",
            )
        )
    return [*found, *_names(), *_mail()]


def refuse_unsafe() -> None:
    """End a server that others could break into, saying why; no `manage.py check` comes before it."""
    errors = [message for message in check_exposure() if message.is_serious()]
    if errors:
        raise SystemExit("\n".join(f"{e.msg} ({e.id})\nMend: {e.hint}" for e in errors))


def _names() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Caution(
                "ALLOWED_HOSTS is `*`: links in mails can be made to lead elsewhere.",
                hint="Name your own hosts: ALLOWED_HOSTS=chat.example.org.",
                id="chatcore.W004",
            )
        )
    if urlsplit(settings.PUBLIC_URL).scheme != "https":
        found.append(
            Caution(
                "PUBLIC_URL is not https: passwords and cookies travel openly.",
                hint="Put a proxy with a certificate before us and set PUBLIC_URL=https://….",
                id="chatcore.W005",
            )
        )
    return found


def _mail() -> list[CheckMessage]:
    if "console" not in settings.EMAIL_BACKEND:
        return []
    return [
        Caution(
            "Mail is only printed: nobody can confirm an address or reset a password.",
            hint="Set EMAIL_URL=smtp+tls://user:password@host:587.",
            id="chatcore.W006",
        )
    ]


@register()
def check_services(**_: Any) -> list[CheckMessage]:
    """A database and a Valkey are known."""
    found: list[CheckMessage] = []
    if not settings.DATABASES.get("default", {}).get("NAME"):
        found.append(
            Error(
                "No database is known.",
                hint="Run `manage.py up` once, which starts one, or set DATABASE_URL.",
                id="chatcore.E010",
            )
        )
    if not settings.REDIS_URL:
        found.append(
            Caution(
                "No Valkey is known: live events and limits stay within one process.",
                hint="Run `manage.py up` once, which starts one, or set REDIS_URL.",
                id="chatcore.W011",
            )
        )
    return found


@register()
def check_language_model(**_: Any) -> list[CheckMessage]:
    """An endpoint needs the name of a model, and a name an endpoint."""
    if bool(settings.LLM_BASE_URL) == bool(settings.LLM_MODEL):
        return []
    missing = "LLM_MODEL" if settings.LLM_BASE_URL else "LLM_BASE_URL"
    return [
        Caution(
            f"{missing} is not set, so no language model answers; the librarian does.",
            hint=f"Set {missing}, or unset the other LLM_… variables.",
            id="chatcore.W020",
        )
    ]


@register(Tags.database)
def check_partitions(**options: Any) -> list[CheckMessage]:
    """Months ahead, and nothing in DEFAULT. Asks the database, so only where it was named."""
    # Here: models can't be imported while the apps are being loaded.
    from chatcore.services.partitions import partition_problems

    if not options.get("databases"):
        return []
    try:
        problems = partition_problems()
    except DatabaseError:
        return []  # before the first migrate there is nothing to say
    return [
        Caution(problem, hint="`manage.py partitions` lists them.", id="chatcore.W030")
        for problem in problems
    ]
