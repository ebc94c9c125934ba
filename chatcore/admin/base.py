"""What every admin page of the product has in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from pghistory.core import event_models

from chatcore.admin.reasons import ask_for_reason, reason_given
from chatcore.admin_site import Menu
from chatcore.errors import ChatcoreError
from chatcore.http.client_ip import client_ip
from chatcore.models import StaffReading

# Unfold carries no types, but what it extends does.
if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin, TabularInline
    from django.contrib.admin.views.main import ChangeList

    F = TypeVar("F", bound=Callable[..., Any])

    def action(**options: Any) -> Callable[[F], F]: ...
    def display(**options: Any) -> Callable[[F], F]: ...

else:
    from unfold.admin import ModelAdmin as UnfoldModelAdmin
    from unfold.admin import TabularInline as UnfoldTabularInline
    from unfold.decorators import action, display  # noqa: F401 - for the pages
    from unfold.views import ChangeList

    class ModelAdmin(UnfoldModelAdmin):
        """Unfold's, with the `[Model]` that the type checker reads."""

        def __class_getitem__(cls, _model):
            return cls

    class TabularInline(UnfoldTabularInline):
        """Unfold's, with the `[Model, Parent]` that the type checker reads."""

        def __class_getitem__(cls, _models):
            return cls


M = TypeVar("M", bound=Model)
P = TypeVar("P", bound=Model)
LINK = '<a href="{}" class="text-primary-600 dark:text-primary-500 hover:underline">{}</a>'


class List(ChangeList):
    """Says how many rows a filter left only where rows are counted and something is filtered."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        counted = getattr(self.paginator, "counts", True)
        if not (counted and (self.query or self.has_active_filters)):
            self.full_result_count = self.result_count


class ChatcoreAdmin(ModelAdmin[M]):
    """A model's pages: a place in the menu, no second `count(*)`, room for wide lists."""

    menu: ClassVar[Menu | None] = None
    list_fullwidth = True
    list_filter_submit = True
    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True
    warn_unsaved_form = True
    # Soft deletion and services take the place of Django's "delete selected".
    actions_on_bottom = False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return List

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What the database wrote of every change, where it keeps that; else Django's own list."""
        kept = event_models(tracks_model=self.model)
        if not kept:
            return super().history_view(request, object_id, extra_context)
        meta = kept[0]._meta
        address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        return redirect(f"{address}?{urlencode({'q': object_id})}")


class ReadOnly(ChatcoreAdmin[M]):
    """Something that nobody writes by hand: its service does, or the database itself."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


class NotDeleted(ChatcoreAdmin[M]):
    """Something that is never deleted here: a service retires it."""

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


class ReadOnlyInline(TabularInline[M, P]):
    """Rows under a parent, to look at. Keep to what a parent has few of: an inline is not paged."""

    extra = 0
    can_delete = False
    show_change_link = True
    hide_title = True
    tab = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PrivateWords(ChatcoreAdmin[M]):
    """Pages that show what people said in private. Every look is noted before the page is made, with the
    reason that was given; STAFF_SAY_WHY asks for one first."""

    list_before_template = "admin/_reading_reason.html"
    change_form_outer_before_template = "admin/_reading_reason.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        if self.has_view_or_change_permission(request):
            if settings.STAFF_SAY_WHY and not reason_given(request):
                return ask_for_reason(request)
            note_reading(request, self.model, None)
        return super().changelist_view(request, extra_context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if object_id and self.has_view_or_change_permission(request):
            if settings.STAFF_SAY_WHY and not reason_given(request):
                return ask_for_reason(request)
            note_reading(request, self.model, object_id)
        return super().changeform_view(request, object_id, form_url, extra_context)


def note_reading(request: HttpRequest, model: type[Model], object_id: str | None) -> None:
    """The one seam where staff's reading of private words is recorded, before the page is made."""
    StaffReading.objects.create(
        reader_id=request.user.pk,
        model=model._meta.label,
        object_id=str(object_id or "")[:64],
        query=request.META.get("QUERY_STRING", "")[:500],
        reason=reason_given(request),
        address=client_ip(request),
    )


def apply_to_each(
    admin: ModelAdmin[M], request: HttpRequest, queryset: QuerySet[M], change: Any, done: str
) -> None:
    """Run a service for each chosen row and say how it went; one refusal does not stop the rest."""
    count = 0
    for row in queryset:
        try:
            change(row)
            count += 1
        except ChatcoreError as error:
            admin.message_user(request, f"{row}: {error.detail}", messages.ERROR)
    if count:
        admin.message_user(request, f"{done}: {count}.", messages.SUCCESS)


def link_to(model: type[Model], pk: UUID | str | int | None, text: object) -> str:
    """A link to a row's page by its key alone, so that a list needs no join for it."""
    if pk is None:
        return "–"
    meta = model._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[pk])
    return format_html(
        '<a href="{}" class="text-primary-600 dark:text-primary-500 hover:underline">{}</a>',
        url,
        text,
    )


def links(*several: str) -> str:
    """Links in one line."""
    return format_html_join(" · ", "{}", [(one,) for one in several])


def link_to_list(model: type[Model], text: object, **filters: object) -> str:
    """A link to a model's list, filtered."""
    meta = model._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    return format_html(LINK, f"{url}?{urlencode(filters)}", text)
