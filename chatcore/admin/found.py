"""A search by key or by whose a row is: the indexes there are, and no word of what people wrote."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from chatcore.admin.base import ChatcoreAdmin
from chatcore.admin.messages import id_of, person_named

M = TypeVar("M", bound=Model)


class FoundByPerson(ChatcoreAdmin[M]):
    """Rows of one person each; `whose` is the column that names them."""

    whose: ClassVar[str] = "user"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        if key := id_of(term):
            return queryset.filter(pk=key), False
        person = person_named(term)
        return (queryset.filter(**{self.whose: person}) if person else queryset.none()), False
