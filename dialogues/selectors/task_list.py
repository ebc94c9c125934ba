"""Tasks of a person: found and allowed are one question, and the one renderer."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from chatcore.errors import NotFound
from chatcore.models import User
from dialogues.models import Task
from dialogues.selectors.access import public_id
from dialogues.selectors.sessions import instant


class TaskNotFound(NotFound):
    title = "There is no such task on your list"


def tasks_of(user: User) -> QuerySet[Task]:
    """The person's tasks."""
    return Task.objects.filter(user=user)


def task_for(user: User, key: UUID | str) -> Task:
    """One of the person's tasks by its id. Raises NotFound."""
    found = tasks_of(user).filter(pk=public_id(key, "tsk")).first()
    if found is None:
        raise TaskNotFound
    return found


def task_numbered(user: User, number: int) -> Task:
    """One of the person's tasks by the number they call it. Raises TaskNotFound."""
    found = tasks_of(user).filter(number=number).first()
    if found is None:
        raise TaskNotFound(f"There is no task #{number} on the list.")
    return found


def tasks_in_order(
    user: User, *, completed: bool | None = None, after_number: int = 0, most: int
) -> list[Task]:
    """By number, as one reads a list out; one row more than `most` where there is more."""
    found = tasks_of(user).filter(number__gt=after_number)
    if completed is not None:
        found = found.filter(completed=completed)
    return list(found.order_by("number")[: most + 1])


def tasks_shown(user: User, *, completed: bool, most: int) -> list[Task]:
    """One half of the page of tasks, newest first."""
    return list(tasks_of(user).filter(completed=completed).order_by("-id")[:most])


def task_out(task: Task) -> dict[str, Any]:
    """The task object of `GET tasks/{id}/`, JSON types only."""
    return {
        "id": str(task.pk),
        "number": task.number,
        "title": task.title,
        "description": task.description,
        "completed": task.completed,
        "created_at": instant(task.created_at),
        "updated_at": instant(task.updated_at),
    }
