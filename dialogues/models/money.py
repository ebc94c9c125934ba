"""Money: what models cost, what people may spend in a month, and what they have spent."""

from decimal import Decimal

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from chatcore.ids import uuid7
from chatcore.models.columns import dollars, limit_usd

# Far above any model there is; what an answer may cost then fits its column.
PRICE_MAX = Decimal(100_000)
_LIMITS = ("month_usd", "month_tokens", "session_usd", "session_tokens")


def _price(help_text: str) -> "models.DecimalField[Decimal, Decimal]":
    return models.DecimalField(
        max_digits=12,
        decimal_places=6,
        validators=[MinValueValidator(0), MaxValueValidator(PRICE_MAX)],
        help_text=help_text,
    )


def _limit_tokens(when: str) -> "models.BigIntegerField[int | None, int | None]":
    return models.BigIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=f"Tokens {when}. Empty: the setting's; 0: no limit.",
    )


@pghistory.track(
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="ModelPriceHistory",
    meta={"db_table": "model_prices_history", "verbose_name_plural": "price history"},
)
class ModelPrice(models.Model):
    """What a model costs from a day on. Prices of the past stay, since messages have their days."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    model = models.CharField(
        max_length=100,
        help_text="As the server calls it; with * at its end, every model that begins so. "
        "The longest name that fits decides.",
    )
    valid_from = models.DateField(help_text="In UTC.")
    prompt_price = _price("US dollars per million tokens that are sent.")
    completion_price = _price("US dollars per million tokens that are answered.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "model_prices"
        constraints = [
            # Also price_of(): by name, the newest that has begun.
            models.UniqueConstraint(fields=["model", "valid_from"], name="model_prices_once"),
            models.CheckConstraint(name="model_prices_named", condition=~Q(model="")),
            models.CheckConstraint(
                name="model_prices_range",
                condition=Q(prompt_price__range=(0, PRICE_MAX))
                & Q(completion_price__range=(0, PRICE_MAX)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} from {self.valid_from}"


@pghistory.track(
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="BudgetHistory",
    meta={"db_table": "budgets_history", "verbose_name_plural": "budget history"},
)
class Budget(models.Model):
    """One person's own limits, where they are not those of the settings."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="budget"
    )
    month_usd = limit_usd("in a calendar month (UTC)")
    month_tokens = _limit_tokens("in a calendar month (UTC)")
    session_usd = limit_usd("in one dialogue")
    session_tokens = _limit_tokens("in one dialogue")
    note = models.CharField(max_length=500, blank=True, help_text="Why, for colleagues.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "budgets"
        constraints = [
            models.CheckConstraint(
                name=f"budgets_{name}",
                condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 0}),
            )
            for name in _LIMITS
        ]

    def __str__(self) -> str:
        return f"budget of {self.user_id}"


class Spending(models.Model):
    """What a person's answers took in a calendar month (UTC). Written by the append itself, so that
    it is true in the transaction of each answer; what was spent stays spent when a dialogue goes."""

    # That of the month's first message which cost something.
    id = models.UUIDField(primary_key=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="spendings", db_index=False
    )
    month = models.DateField(help_text="Its first day.")
    tokens = models.BigIntegerField(default=0)
    cost = dollars(default=Decimal(0))

    class Meta:
        db_table = "spendings"
        constraints = [
            # standing_of(), and the row that the append adds to.
            models.UniqueConstraint(fields=["user", "month"], name="spendings_user_month"),
            models.CheckConstraint(name="spendings_month", condition=Q(month__day=1)),
        ]
        indexes = [
            # The admin's list: this month's spending first.
            models.Index(fields=["-month", "-cost"], name="spendings_dearest"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} of {self.user_id}"
