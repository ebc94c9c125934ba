"""Columns that apps share."""

from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models


def dollars(**options: Any) -> "models.DecimalField[Decimal, Decimal]":
    """For US dollars to twelve places: tokens times a price per million, never rounded."""
    return models.DecimalField(max_digits=22, decimal_places=12, **options)


def limit_usd(when: str) -> "models.DecimalField[Decimal | None, Decimal | None]":
    """For what may be spent at most, where it is not the setting's."""
    return models.DecimalField(
        max_digits=12,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=f"US dollars {when}. Empty: the setting's; 0: no limit.",
    )
