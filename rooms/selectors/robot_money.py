"""What robots may spend, have spent, and have left."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import DecimalField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from rooms.models import Robot, RobotSpending

_NOTHING = Decimal(0)
_DOLLARS: "DecimalField[Any, Any]" = DecimalField(max_digits=22, decimal_places=12)


@dataclass(frozen=True, slots=True)
class Spent:
    """US dollars of today and of this month, in UTC; a limit of 0 is none."""

    day_usd: Decimal
    month_usd: Decimal
    day_limit: Decimal
    month_limit: Decimal

    @property
    def left(self) -> Decimal | None:
        """None: no limit."""
        pairs = ((self.day_limit, self.day_usd), (self.month_limit, self.month_usd))
        return min((limit - used for limit, used in pairs if limit), default=None)


def spent_by(robot: Robot, moment: datetime | None = None) -> Spent:
    """One query."""
    today = (moment or timezone.now()).astimezone(UTC).date()
    days = RobotSpending.objects.filter(robot=robot, day__gte=today.replace(day=1))
    sums = days.aggregate(month=Sum("cost"), day=Sum("cost", filter=Q(day=today)))
    return Spent(
        day_usd=sums["day"] or _NOTHING,
        month_usd=sums["month"] or _NOTHING,
        day_limit=_limit(robot.day_usd, settings.BUDGET_ROBOT_DAY_USD),
        month_limit=_limit(robot.month_usd, settings.BUDGET_ROBOT_MONTH_USD),
    )


def _limit(own: Decimal | None, usual: Decimal) -> Decimal:
    return usual if own is None else own


def with_month_cost(robots: QuerySet[Robot]) -> QuerySet[Any]:
    """Each with its `month_cost`, for lists."""
    first = timezone.now().astimezone(UTC).date().replace(day=1)
    days = RobotSpending.objects.filter(robot=OuterRef("robot_id"), day__gte=first)
    total = days.order_by().values("robot").annotate(total=Sum("cost")).values("total")
    return robots.annotate(month_cost=Coalesce(Subquery(total), _NOTHING, output_field=_DOLLARS))


def days_of(robot: Robot, month: date) -> QuerySet[RobotSpending]:
    """What it took day by day in a month, which is named by its first day."""
    return RobotSpending.objects.filter(
        robot=robot, day__year=month.year, day__month=month.month
    ).order_by("day")


def usage_out(robot: Robot, month: date) -> dict[str, Any]:
    """The object of `GET robots/{id}/usage/`. Two queries."""
    days, spent = list(days_of(robot, month)), spent_by(robot)
    return {
        "month": f"{month:%Y-%m}",
        "answers": sum(day.answers for day in days),
        "tokens": sum(day.tokens for day in days),
        "cost": float(sum((day.cost for day in days), _NOTHING)),
        "limits": {
            "day_usd": float(spent.day_limit) or None,
            "month_usd": float(spent.month_limit) or None,
        },
        "by_day": [
            {
                "day": str(day.day),
                "answers": day.answers,
                "tokens": day.tokens,
                "cost": float(day.cost),
            }
            for day in days
        ],
    }
