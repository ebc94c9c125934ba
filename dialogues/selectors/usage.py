"""What a person's answers took in a month: all together, by model and by day."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from chatcore.ids import uuid7_floor
from chatcore.models import User
from chatcore.selectors.rows import Row, fetch_rows
from dialogues.models import Spending
from dialogues.selectors.budgets import Limits, limits_of

USAGE_SQL = """
SELECT m.model_used AS model, (m.created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS answers,
  coalesce(sum(m.tokens_used), 0) AS tokens, coalesce(sum(m.cost), 0) AS cost,
  coalesce(sum(m.tokens_used) FILTER (WHERE m.cost IS NULL), 0) AS unpriced_tokens
FROM dialogue_sessions s JOIN dialogue_messages m ON m.session_id = s.id
WHERE s.user_id = %(user)s AND m.role = 'assistant' AND m.reply_to_message_id IS NOT NULL
  AND m.id >= %(first)s AND m.id < %(end)s
GROUP BY m.model_used, day"""


@dataclass(frozen=True, slots=True)
class Part:
    """A share of the month under a name: a model, or a day. Costs are US dollars."""

    name: str
    answers: int
    tokens: int
    cost: Decimal
    unpriced_tokens: int


@dataclass(frozen=True, slots=True)
class Usage:
    """A month as a whole is what was spent, also in dialogues that are gone; its parts are what the
    messages still tell."""

    month: date
    tokens: int
    cost: Decimal
    limits: Limits
    by_model: list[Part]
    by_day: list[Part]


def usage_of(user: User, month: date) -> Usage:
    """`month`: its first day. Three queries, however much was said."""
    first = datetime(month.year, month.month, 1, tzinfo=UTC)
    end = (first + timedelta(days=32)).replace(day=1)
    parameters = {"user": user.pk, "first": uuid7_floor(first), "end": uuid7_floor(end)}
    rows = fetch_rows(USAGE_SQL, parameters)
    spent = Spending.objects.filter(user=user, month=month).values_list("tokens", "cost").first()
    tokens, cost = spent or (0, Decimal(0))
    return Usage(
        month=month,
        tokens=tokens,
        cost=cost,
        limits=limits_of(user.pk),
        by_model=sorted(_parts(rows, lambda row: row["model"]), key=lambda part: -part.tokens),
        by_day=sorted(_parts(rows, lambda row: str(row["day"])), key=lambda part: part.name),
    )


def _parts(rows: Iterable[Row], name_of: Callable[[Row], str]) -> list[Part]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(name_of(row), []).append(row)
    return [_part(name, group) for name, group in grouped.items()]


def _part(name: str, rows: list[Row]) -> Part:
    return Part(
        name=name,
        answers=sum(row["answers"] for row in rows),
        tokens=int(sum(row["tokens"] for row in rows)),
        cost=sum((row["cost"] for row in rows), Decimal(0)),
        unpriced_tokens=int(sum(row["unpriced_tokens"] for row in rows)),
    )


def usage_out(usage: Usage) -> dict[str, Any]:
    """The object of `GET usage/`, JSON types only."""
    limits = usage.limits
    return {
        "month": f"{usage.month:%Y-%m}",
        "tokens": usage.tokens,
        "cost": float(usage.cost),
        "limits": {
            "month_usd": float(limits.month_usd) or None,
            "month_tokens": limits.month_tokens or None,
            "session_usd": float(limits.session_usd) or None,
            "session_tokens": limits.session_tokens or None,
        },
        "by_model": [_part_out(part, "model") for part in usage.by_model],
        "by_day": [_part_out(part, "day") for part in usage.by_day],
    }


def _part_out(part: Part, key: str) -> dict[str, Any]:
    return {
        key: part.name,
        "answers": part.answers,
        "tokens": part.tokens,
        "cost": float(part.cost),
        "unpriced_tokens": part.unpriced_tokens,
    }
