"""Budgets: a turn begins only within them, and its answer is cut to what is left."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from chatcore.errors import ChatcoreError
from dialogues.answerers import librarian
from dialogues.answerers.port import Allowance
from dialogues.answerers.registry import configured_endpoint
from dialogues.selectors.budgets import Share, shares_of
from dialogues.selectors.prices import price_of
from dialogues.services.billing import MILLION, Bill, cost_of


class BudgetSpent(ChatcoreError):
    """A limit in money or tokens is reached: nothing is asked of a model."""

    code = "budget_spent"
    status = 402
    title = "The budget is spent"


def within_budget(session_id: UUID) -> list[Share]:
    """The limits that hold for the dialogue; none where no model is asked, which costs nothing.
    Raises BudgetSpent when one is used up."""
    if configured_endpoint() is None:
        return []
    shares = shares_of(session_id, timezone.now(), free_model=librarian.NAME)
    for share in shares:
        if not share.left:
            raise BudgetSpent(_spent(share))
    return shares


def allowance_of(shares: Sequence[Share], bill: Bill, model: str) -> Allowance:
    """What a request to a model may still take, after those on the bill."""
    today = timezone.now().date()
    price = price_of(model, today)
    tokens = [int(share.left) for share in shares if share.unit == "tokens"]
    usd = [share.left for share in shares if share.unit != "tokens"]
    return Allowance(
        tokens=min(tokens) - bill.tokens if tokens else None,
        usd=min(usd) - (cost_of(bill.usages, today) or 0) if usd else None,
        prompt_price=price.prompt_price / MILLION if price else Decimal(0),
        completion_price=price.completion_price / MILLION if price else Decimal(0),
    )


def _spent(share: Share) -> str:
    whole = f"{share.limit:,.0f}" if share.unit == "tokens" else f"{share.limit:,.2f}"
    until = " It begins anew on the first of the next month." if "month" in share.of else ""
    return f"The {whole} {share.unit} for {share.of} are used up.{until}"
