"""Lists of messages: big tables, read by position and by month, never counted.

Three rules keep these pages fast in a table of ten million rows. No `count(*)`: the list goes back
and forth page by page, and what is there is told by PostgreSQL's own estimate. Order by id, so that
the newest partition answers first, or by `seq` inside one conversation, where an order by id could
walk a whole month looking for a quiet room. And a search finds keys, not words inside texts.
"""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import Truncator

from chatcore.admin.base import PrivateWords, ReadOnly
from chatcore.admin.paging import BigTable
from chatcore.ids import uuid_from_code
from chatcore.models import User
from chatcore.models.conversations import Message
from chatcore.partitions.months import Month
from chatcore.partitions.tables import partitions_of

M = TypeVar("M", bound=Message)


class MonthFilter(admin.SimpleListFilter):
    """One month: a range of ids, which is one partition."""

    title = "month"
    parameter_name = "month"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        now = Month.of(timezone.now())
        months = [p.month for p in partitions_of(model_admin.model) if p.month and p.month <= now]
        return [(m.label, f"{m.start:%B %Y}") for m in sorted(months, reverse=True)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        month = month_of_label(self.value())
        if month is None:
            return queryset
        lower, upper = month.bounds
        return queryset.filter(id__gte=lower, id__lt=upper)


class MessageAdmin(PrivateWords[M], ReadOnly[M], BigTable[M]):
    """Messages of one kind of conversation; only their service writes them."""

    # The foreign key to the conversation, and the prefixes of the public codes that name both.
    conversation: ClassVar[str]
    search_fields = ("id",)  # shows the box; `get_search_results` below decides
    search_help_text = "Id or code of a message or conversation, or a person's name or e-mail"

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        within = any(name.startswith(self.conversation) for name in request.GET)
        return ["-seq"] if within else ["-id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        term = search_term.strip()
        return (self._found(queryset, term) if term else queryset), False

    def _found(self, queryset: QuerySet[M], term: str) -> QuerySet[M]:
        if key := id_of(term):
            message = queryset.filter(id=key)
            within = queryset.filter(**{self.conversation: key}).order_by("-seq")
            return message if message.exists() else within
        person = person_named(term)
        return queryset.filter(self.by(person)) if person else queryset.none()

    def by(self, person: User) -> Any:
        """The condition that a message is this person's."""
        raise NotImplementedError

    @admin.display(description="content")
    def beginning(self, message: M) -> str:
        return "(deleted)" if message.deleted_at else Truncator(message.content).chars(120)


def id_of(term: str) -> UUID | None:
    """The id that was typed: a UUID, or a `msg_…` / `dlg_…` code."""
    if "_" in term:
        return uuid_from_code(term, term.partition("_")[0])
    try:
        return UUID(term)
    except ValueError:
        return None


def person_named(term: str) -> User | None:
    """The account of exactly this name or e-mail address, whatever the case."""
    field = "email__iexact" if "@" in term else "username__iexact"
    return User.all_objects.filter(**{field: term}).first()


def month_of_label(label: str | None) -> Month | None:
    """`2026_11` as a month."""
    try:
        year, month = (int(part) for part in (label or "").split("_"))
    except ValueError:
        return None
    return Month(year, month) if 1 <= month <= 12 and 1970 <= year < 9999 else None
