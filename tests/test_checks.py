"""What can be misconfigured is told with a number and a hint; what is unsafe does not start."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.checks import run_checks
from pytest_django.fixtures import Settings

ROOT = Path(__file__).resolve().parent.parent


def numbers() -> list[str]:
    found = [message for message in run_checks() if str(message.id).startswith("chatcore.")]
    assert all(message.hint for message in found)
    return sorted(str(message.id) for message in found)


@pytest.fixture
def safe(settings: Settings) -> Iterator[Settings]:
    """A server in public with nothing amiss."""
    settings.HOST = "0.0.0.0"  # noqa: S104 - nothing listens
    settings.PUBLIC_URL = "https://chat.example.org"
    settings.ALLOWED_HOSTS = ["chat.example.org"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.SECRET_KEY = "r7Vq2ZkX9wLd4TnB6yHs8JmC3pGf5AeU1oQi0RxW"
    settings.DEBUG = False
    settings.RATE_LIMITS = True
    settings.LLM_BASE_URL = settings.LLM_MODEL = ""
    return settings


def test_a_public_server_may_have_nothing_amiss(safe: Settings) -> None:
    assert numbers() == []


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("SECRET_KEY", "secret", "E001"),
        ("DEBUG", True, "E002"),
        ("RATE_LIMITS", False, "W003"),
        ("ALLOWED_HOSTS", ["*"], "W004"),
        ("PUBLIC_URL", "http://chat.example.org", "W005"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "W006"),
        ("REDIS_URL", "", "W011"),
        ("LLM_MODEL", "large", "W020"),
    ],
)
def test_each_mistake_has_its_number(safe: Settings, name: str, value: object, number: str) -> None:
    setattr(safe, name, value)
    assert numbers() == [f"chatcore.{number}"]


def test_on_ones_own_machine_less_is_asked(safe: Settings) -> None:
    safe.HOST, safe.DEBUG, safe.SECRET_KEY = "127.0.0.1", True, "secret"
    assert numbers() == []


def test_an_unsafe_server_does_not_start() -> None:
    started = subprocess.run(
        [sys.executable, "-c", "import config.asgi"],
        cwd=ROOT,
        env=os.environ | {"HOST": "0.0.0.0", "SECRET_KEY": "secret"},  # noqa: S104
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 1
    assert "chatcore.E001" in started.stderr
    assert "Mend:" in started.stderr
    assert "Traceback" not in started.stderr
