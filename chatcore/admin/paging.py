"""Lists of tables that grow without end: back and forth by pages, never counted."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.admin import ShowFacets
from django.core.paginator import Page as DjangoPage
from django.core.paginator import Paginator

from chatcore.admin.base import ChatcoreAdmin, M
from chatcore.selectors.estimates import rows_estimate

if TYPE_CHECKING:
    Pages = Paginator[Any]
    Page = DjangoPage[Any]
else:
    Pages = Paginator
    Page = DjangoPage

# Each further page skips rows that the database has to walk through; a filter is the better way
# to what is old.
LAST_PAGE = 200


class StepPage(Page):
    """A page that is not full is the last one."""

    def has_next(self) -> bool:
        return len(self.object_list) == self.paginator.per_page


class StepPaginator(Pages):
    """Previous and next. `count` only bounds the page numbers; `estimate` is what is shown."""

    template_name = "admin/_step_pagination.html"
    counts = False

    @cached_property
    def count(self) -> int:
        return self.per_page * LAST_PAGE

    def _get_page(self, *args: Any, **kwargs: Any) -> StepPage:
        return StepPage(*args, **kwargs)

    @cached_property
    def estimate(self) -> int:
        return rows_estimate(self.object_list.model)  # type: ignore[attr-defined]


class BigTable(ChatcoreAdmin[M]):
    """Newest first by the UUIDv7 key, without `count(*)` and without columns to sort by."""

    paginator = StepPaginator
    ordering: ClassVar[Any] = ("-id",)
    sortable_by: ClassVar[Any] = ()
    list_disable_select_all = True
    # "Show counts" would count the whole table once for each filter.
    show_facets = ShowFacets.NEVER
