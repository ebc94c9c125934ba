"""Jobs: how far long work is, and what came of it."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path

from chatcore.admin.base import ReadOnly, display
from chatcore.admin_site import SYSTEM, Figure, Menu, register_figure
from chatcore.models import Job, JobState

# What a finished job of a kind led to, as a link; the app that owns the kind registers it.
LinkOf = Callable[[Job], str]
_leads: dict[str, LinkOf] = {}


def register_lead(kind: str, link_of: LinkOf) -> None:
    _leads[kind] = link_of


STATE_COLOURS = {"queued": "info", "running": "warning", "done": "success", "failed": "danger"}
UNFINISHED = (JobState.QUEUED, JobState.RUNNING)


@admin.register(Job)
class JobAdmin(ReadOnly[Job]):
    """A job's page renews its progress by itself until the job has ended."""

    menu = Menu(SYSTEM, 10, "hourglass_top")
    list_display = ("kind", "shown_state", "progress", "note", "created_by", "created_at")
    list_filter = ("state", "kind")
    list_select_related = ("created_by",)
    search_fields = ("kind", "note", "created_by__username")
    ordering = ("-created_at",)
    readonly_fields = ("live_progress",)
    fieldsets: ClassVar = [
        (None, {"fields": ["kind", "live_progress"]}),
        ("Result", {"fields": ["result"]}),
        ("When", {"fields": ["created_by", "created_at", "updated_at", "finished_at"]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Job | None = None) -> Any:
        """Without the result while there is none: the page does not renew that part."""
        shown = super().get_fieldsets(request, obj)
        unfinished = obj is not None and obj.state in UNFINISHED
        return [part for part in shown if not (unfinished and part[0] == "Result")]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.progress_view)
        return [path("<uuid:pk>/progress/", view, name="job_progress"), *super().get_urls()]

    def has_view_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        """One's own jobs may be watched by whoever may begin them."""
        mine = obj is not None and obj.created_by_id == request.user.pk
        return mine or super().has_view_permission(request, obj)

    def progress_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The fragment that a job's page asks for every second."""
        job = get_object_or_404(Job, pk=pk)
        if not self.has_view_permission(request, job):
            raise PermissionDenied
        return render(request, "admin/_job_progress.html", job_context(job))

    @display(description="state", ordering="state", label=STATE_COLOURS)
    def shown_state(self, job: Job) -> tuple[str, str]:
        return job.state, job.get_state_display()

    @admin.display(description="progress")
    def progress(self, job: Job) -> str:
        return f"{job.done:,} of {job.total:,}" if job.total else "–"

    @admin.display(description="progress")
    def live_progress(self, job: Job) -> str:
        return render_to_string("admin/_job_progress.html", job_context(job))


def job_context(job: Job) -> dict[str, object]:
    """What the fragment shows; `percent` is None while nobody knows the whole."""
    lead = _leads.get(job.kind) if job.state == JobState.DONE else None
    percent = (
        100 if job.state == JobState.DONE else job.done * 100 // job.total if job.total else None
    )
    return {
        "job": job,
        "percent": percent,
        "unfinished": job.state in UNFINISHED,
        "lead": lead(job) if lead else "",
    }


def _figure() -> tuple[str, str]:
    failed = Job.objects.filter(state=JobState.FAILED).count()
    return str(Job.objects.filter(state__in=UNFINISHED).count()), f"unfinished; {failed} failed"


register_figure(
    Figure(
        50, "Jobs", "hourglass_top", _figure, "admin:chatcore_job_changelist", "chatcore.view_job"
    )
)
