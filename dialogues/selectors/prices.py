"""What a model costs on a day."""

from datetime import date

from dialogues.models import ModelPrice


def price_of(model: str, day: date) -> ModelPrice | None:
    """The price of the longest name that fits, the newest one that has begun; None: not known."""
    fitting = ModelPrice.objects.filter(model__in=_names(model), valid_from__lte=day)
    return max(fitting, key=_precision, default=None)


def _names(model: str) -> list[str]:
    """The name itself and, from nothing to all of it, its beginnings with a star."""
    return [model, *(f"{model[:length]}*" for length in range(len(model) + 1))]


def _precision(price: ModelPrice) -> tuple[int, bool, date]:
    exact = not price.model.endswith("*")
    return len(price.model) - (not exact), exact, price.valid_from
