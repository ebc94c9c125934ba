"""The page of my tasks: plain forms, so it works without script."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from chatcore.errors import ChatcoreError
from chatcore.models import User
from chatcore.pages import PageRequest, page
from dialogues.forms import AskForm, TaskForm
from dialogues.models import Task
from dialogues.selectors.task_list import task_for, tasks_shown
from dialogues.services.sessions import create_dialogue
from dialogues.services.task_list import add_task, delete_task, update_task

SHOWN = 200


@page
@require_http_methods(["GET", "HEAD", "POST"])
def tasks(request: PageRequest) -> HttpResponse:
    form = TaskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_task(request.user, **form.cleaned_data)
            return redirect("tasks")
        except ChatcoreError as refused:
            form.add_error(None, refused.detail)
    return render(request, "web/tasks.html", {"form": form, **_lists(request.user)})


def _lists(user: User) -> dict[str, Any]:
    """Both halves; of what is done only the newest."""
    return {
        "open_tasks": tasks_shown(user, completed=False, most=SHOWN),
        "done_tasks": tasks_shown(user, completed=True, most=SHOWN),
        "most": SHOWN,
    }


@page
@require_POST
def task_change(request: PageRequest, task_id: UUID) -> HttpResponse:
    """One button of a task: `do` names what it does."""
    task = task_for(request.user, task_id)
    try:
        _changes(request, task)
    except ChatcoreError as refused:
        messages.error(request, refused.detail)
    return redirect("tasks")


def _changes(request: PageRequest, task: Task) -> None:
    match request.POST.get("do"):
        case "complete" | "reopen" as wish:
            update_task(task, by=request.user, completed=wish == "complete")
        case "delete":
            delete_task(task, by=request.user)
            messages.success(request, f"Deleted: {task.title}")
        case "edit":
            _edit(request, task)


def _edit(request: PageRequest, task: Task) -> None:
    form = TaskForm(request.POST)
    if form.is_valid():
        update_task(task, by=request.user, **form.cleaned_data)
    else:
        for name, errors in form.errors.items():
            messages.error(request, f"{name.capitalize()}: {' '.join(map(str, errors))}")


@page
@require_POST
def assistant_new(request: PageRequest) -> HttpResponse:
    """Begin a dialogue with the assistant, with its first question where there is one."""
    form = AskForm(request.POST)
    question = form.cleaned_data["content"] if form.is_valid() else ""
    session = create_dialogue(request.user, type="assistant", initial_question=question)
    return redirect("dialogue", session.pk)
