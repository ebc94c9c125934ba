"""The environment, read once, typed. A wrong value stops the start with its name and the mend."""

import os
import re
import secrets
from decimal import Decimal
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chatcore.embedded.folder import default_data_dir
from chatcore.embedded.urls import service_urls

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")
_REPLY_ADDRESS = re.compile(r"[A-Za-z0-9._-]{1,20}@[A-Za-z0-9.-]+")
BASE_DIR = Path(__file__).resolve().parent.parent


class Env(BaseSettings):
    """Every variable that Chatcore reads; `docs/operators.md` tells what each is for."""

    model_config = SettingsConfigDict(extra="ignore", case_sensitive=True)

    PORT: int = Field(8000, ge=1, le=65535)
    HOST: str = "127.0.0.1"
    CHATCORE_DATA_DIR: Path = Field(default_factory=default_data_dir)
    DATABASE_URL: str = ""
    DATABASE_REPLICA_URL: str = ""
    REDIS_URL: str = ""
    SECRET_KEY: str = ""
    DEBUG: bool = False
    ALLOWED_HOSTS: str = "localhost,127.0.0.1,[::1]"
    PUBLIC_URL: str = ""
    TRUSTED_PROXIES: str = ""
    RATE_LIMITS: Literal["on", "off"] = "on"
    GUESTS_ALLOWED: bool = True
    EMAIL_URL: str = "console:"
    DEFAULT_FROM_EMAIL: str = "chatcore@localhost"
    LLM_BASE_URL: str = ""
    LLM_API_KEY: str = ""
    LLM_MODEL: str = ""
    LLM_TOOLS: Literal["on", "off"] = "on"
    EMBEDDING_MODEL: str = ""
    MESSAGE_CACHE: Literal["on", "off"] = "on"
    STAFF_SAY_WHY: Literal["on", "off"] = "off"
    TEMPLATE_CACHE: Literal["on", "off"] = "on"
    LLM_SILENCE_SECONDS: float = Field(60.0, gt=0, le=3_600)
    TURN_SECONDS: float = Field(300.0, gt=0, le=86_400)
    BUDGET_USER_MONTH_USD: Decimal = Field(Decimal(0), ge=0)
    BUDGET_USER_MONTH_TOKENS: int = Field(0, ge=0)
    BUDGET_SESSION_USD: Decimal = Field(Decimal(0), ge=0)
    BUDGET_SESSION_TOKENS: int = Field(0, ge=0)
    BUDGET_ROBOT_DAY_USD: Decimal = Field(Decimal(0), ge=0)
    BUDGET_ROBOT_MONTH_USD: Decimal = Field(Decimal(0), ge=0)
    ROBOT_TURNS_A_MINUTE: int = Field(20, ge=1, le=1_000)
    DIGEST_WITH: Literal["model", "rules", "off"] = "model"
    DIALOGUE_SOFT_LIMIT: int = Field(1_000, ge=0)
    ASSISTANT_KEPT_DAYS: int = Field(0, ge=0, le=36_500)
    SNAPSHOT_KEPT_DAYS: int = Field(0, ge=0, le=36_500)
    DELETED_KEPT_DAYS: int = Field(30, ge=0, le=36_500)
    ESCALATION_REOPEN_DAYS: int = Field(14, ge=0, le=3_650)
    QUEUE_STEP_SECONDS: int = Field(1_800, ge=1, le=315_360_000)
    ATTACHMENT_MAX_MB: int = Field(25, ge=1, le=2_000)
    ATTACHMENT_QUOTA_MB: int = Field(1_024, ge=0)
    ATTACHMENT_MAX_MEGAPIXELS: int = Field(50, ge=1, le=500)
    ATTACHMENT_SCAN_COMMAND: str = ""
    ATTACHMENT_S3_BUCKET: str = ""
    ATTACHMENT_S3_ENDPOINT: str = ""
    ATTACHMENT_S3_REGION: str = ""
    WIDGET_ORIGINS: str = ""
    MAIL_REPLY_ADDRESS: str = ""
    MAIL_REPLY_DAYS: int = Field(90, ge=1, le=3_650)
    MAIL_REPLY_SOLVED_DAYS: int = Field(14, ge=0, le=3_650)
    MAIL_REPLY_FROM: Literal["note", "refuse", "any"] = "note"
    AGENT_MAIL_MINUTES: int = Field(10, ge=0, le=10_080)
    WEBHOOK_ALLOW_PRIVATE: str = ""
    METRICS_TOKEN: str = ""
    LOG_FORMAT: Literal["console", "json"] = "console"

    @field_validator("TRUSTED_PROXIES", "WEBHOOK_ALLOW_PRIVATE")
    @classmethod
    def _addresses(cls, value: str) -> str:
        """Addresses or networks with commas between; a wrong one would open what they guard."""
        for proxy in filter(None, (part.strip() for part in value.split(","))):
            ip_network(proxy, strict=False)
        return value

    @field_validator("MAIL_REPLY_ADDRESS")
    @classmethod
    def _reply_address(cls, value: str) -> str:
        """A short name before the @: the token goes there, too, and the whole may have 64 characters."""
        if value and not _REPLY_ADDRESS.fullmatch(value):
            raise ValueError(
                f"{value!r} is not like reply@chat.example.org (20 letters before the @)"
            )
        return value

    @field_validator("WIDGET_ORIGINS")
    @classmethod
    def _origins(cls, value: str) -> str:
        """Scheme, host and port, with commas between; anything more would be no origin to a browser."""
        for origin in filter(None, (part.strip() for part in value.split(","))):
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is not like https://www.example.org")
        return value


@cache
def env() -> Env:
    """The environment, with the embedded services' addresses filled in where none are given."""
    try:
        found = Env()
    except ValidationError as wrong:
        lines = [f"  {e['loc'][0]}: {e['msg']} (is {e['input']!r})" for e in wrong.errors()]
        raise SystemExit("Wrong environment:\n" + "\n".join(lines)) from None
    urls = service_urls(found.CHATCORE_DATA_DIR) or {}
    for name in ("DATABASE_URL", "REDIS_URL"):
        if not getattr(found, name):
            setattr(found, name, urls.get(name, ""))
    found.SECRET_KEY = found.SECRET_KEY or _stored_secret(found.CHATCORE_DATA_DIR)
    return found


def _stored_secret(data_dir: Path) -> str:
    """The key that `manage.py up` made; else a passing one, so that no default key ever exists."""
    try:
        return (data_dir / "secret-key").read_text().strip()
    except OSError:
        # Under another name than SECRET_KEY, so that checks can tell that none was set.
        return os.environ.setdefault("PASSING_SECRET_KEY", secrets.token_urlsafe(50))
