"""The bill of an answer: the tokens of every request made for it, at the prices of its day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from dialogues.answerers.port import Usage
from dialogues.answerers.tokens import tokens_of
from dialogues.selectors.prices import price_of

MILLION = Decimal(1_000_000)


@dataclass
class _Request:
    usage: Usage | None = None
    heard: str = ""


class Bill:
    """What the requests of one turn took: each round with tools, and attempts that failed, too."""

    def __init__(self) -> None:
        self._requests: list[_Request] = []

    def open(self) -> None:
        """Another request begins; one that no model ever took stays without usage."""
        self._requests.append(_Request())

    def note(self, usage: Usage) -> None:
        self._requests[-1].usage = usage

    def hear(self, text: str) -> None:
        self._requests[-1].heard += text

    @property
    def usages(self) -> list[Usage]:
        """By request. Where the server has not told (it need not, and one that breaks off cannot),
        what was heard of the answer is counted."""
        return [_whole(one.usage, one.heard) for one in self._requests if one.usage]

    @property
    def model(self) -> str:
        """The last that took anything: an answer that broke off does not say whose it was."""
        return next((one.usage.model for one in reversed(self._requests) if one.usage), "")

    @property
    def tokens(self) -> int:
        return sum(usage.prompt + usage.completion for usage in self.usages)

    def columns(self, day: date) -> dict[str, Any]:
        """`tokens_used` and `cost` of the message; the cost as text, since JSON carries it exactly so."""
        cost = cost_of(self.usages, day)
        return {"tokens_used": self.tokens, "cost": None if cost is None else str(cost)}

    def metadata(self) -> dict[str, Any]:
        """`tokens` by kind; `counted` tells that we did it ourselves."""
        usages = self.usages
        if not usages:
            return {}
        tokens: dict[str, Any] = {
            "prompt": sum(usage.prompt for usage in usages),
            "completion": sum(usage.completion for usage in usages),
        }
        if any(usage.estimated for usage in usages):
            tokens["counted"] = "estimated"
        return {"tokens": tokens}


def cost_of(usages: Sequence[Usage], day: date) -> Decimal | None:
    """US dollars, exactly; None when the price of one of the models is not known."""
    cost = Decimal(0)
    for usage in usages:
        price = price_of(usage.model, day)
        if price is None:
            return None
        cost += usage.prompt * price.prompt_price + usage.completion * price.completion_price
    return cost / MILLION


def _whole(usage: Usage, heard: str) -> Usage:
    if not usage.estimated:
        return usage
    return replace(usage, completion=tokens_of(heard, usage.model))
