"""What a person may spend, has spent, and has left."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings

from chatcore.selectors.rows import fetch_rows
from dialogues.models import Budget

STANDING_SQL = """
SELECT b.month_usd, b.month_tokens, b.session_usd, b.session_tokens,
  coalesce(p.cost, 0) AS month_cost, coalesce(p.tokens, 0) AS month_used,
  s.exact_cost AS session_cost, s.total_tokens_used AS session_used
FROM dialogue_sessions s
LEFT JOIN budgets b ON b.user_id = s.user_id
LEFT JOIN spendings p ON p.user_id = s.user_id AND p.month = %s
WHERE s.id = %s AND s.model_name <> %s"""


@dataclass(frozen=True, slots=True)
class Limits:
    """US dollars and tokens; 0: no limit."""

    month_usd: Decimal
    month_tokens: int
    session_usd: Decimal
    session_tokens: int


@dataclass(frozen=True, slots=True)
class Share:
    """One limit and how much of it is used. `unit` and `of` are words for people."""

    limit: Decimal
    used: Decimal
    unit: str
    of: str

    @property
    def left(self) -> Decimal:
        return max(self.limit - self.used, Decimal(0))


def month_of(moment: datetime) -> date:
    """The first day of its month, in UTC."""
    return moment.astimezone(UTC).date().replace(day=1)


def limits_of(user_id: UUID) -> Limits:
    """A person's limits: their own, else those of the settings."""
    return _limits(Budget.objects.filter(user_id=user_id).values(*_NAMES).first() or {})


def shares_of(session_id: UUID, moment: datetime, free_model: str) -> list[Share]:
    """The limits that hold for the next answer of a dialogue, none when it asks for the free model;
    one query."""
    rows = fetch_rows(STANDING_SQL, [month_of(moment), session_id, free_model])
    if not rows:
        return []
    row, limits = rows[0], _limits(rows[0])
    shares = [
        Share(limits.month_usd, row["month_cost"], "US dollars", "this month"),
        Share(Decimal(limits.month_tokens), Decimal(row["month_used"]), "tokens", "this month"),
        Share(limits.session_usd, row["session_cost"], "US dollars", "this dialogue"),
        Share(
            Decimal(limits.session_tokens), Decimal(row["session_used"]), "tokens", "this dialogue"
        ),
    ]
    return [share for share in shares if share.limit]


_NAMES = ("month_usd", "month_tokens", "session_usd", "session_tokens")


def _limits(own: Any) -> Limits:
    defaults = Limits(
        settings.BUDGET_USER_MONTH_USD,
        settings.BUDGET_USER_MONTH_TOKENS,
        settings.BUDGET_SESSION_USD,
        settings.BUDGET_SESSION_TOKENS,
    )
    given = {name: own.get(name) for name in _NAMES}
    return Limits(
        **{n: getattr(defaults, n) if value is None else value for n, value in given.items()}
    )
