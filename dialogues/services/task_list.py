"""Tasks: add, complete, update, delete. The page, the API, the admin and the assistant's tools all
come through here, so a right that is missing is missing everywhere."""

from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from chatcore.errors import Invalid
from chatcore.models import User
from chatcore.selectors.permissions import require
from dialogues.models import Task
from dialogues.models.task_list import DESCRIPTION_MAX, TITLE_MAX
from dialogues.selectors.task_list import TaskNotFound

# One statement, so that two tasks added at once wait for each other and get two numbers.
_NEXT_NUMBER = """
INSERT INTO task_counters AS counter (user_id, last_number) VALUES (%s, 1)
ON CONFLICT (user_id) DO UPDATE SET last_number = counter.last_number + 1
RETURNING last_number"""


@transaction.atomic
def add_task(user: User, *, title: str, description: str = "") -> Task:
    """Put something on the person's list: title of 1 to 200 characters, description up to 1,000.

    Raises Forbidden without `dialogue:task:create`, Invalid.
    """
    require(user, "dialogue:task:create")
    texts = _checked({"title": title, "description": description})
    return Task.objects.create(user=user, number=_next_number(user), **texts)


def complete_task(task: Task, *, by: User) -> Task:
    """It is done; completing twice changes nothing. Raises what `update_task` raises."""
    return update_task(task, by=by, completed=True)


@transaction.atomic
def update_task(task: Task, *, by: User, **columns: Any) -> Task:
    """Another title, another description, done or not done after all.

    `columns`: title, description, completed; what is not named stays. Raises Forbidden without
    `dialogue:task:update`, Invalid, TaskNotFound when it was deleted meanwhile.
    """
    require(by, "dialogue:task:update")
    columns = _checked(columns)
    changed = {name: value for name, value in columns.items() if getattr(task, name) != value}
    if not changed:
        return task
    if not Task.objects.filter(pk=task.pk).update(**changed, updated_at=timezone.now()):
        raise TaskNotFound
    task.refresh_from_db()
    return task


@transaction.atomic
def delete_task(task: Task, *, by: User) -> None:
    """Take it off the list; its number is not given again. Raises Forbidden without
    `dialogue:task:delete`, TaskNotFound when somebody was quicker."""
    require(by, "dialogue:task:delete")
    _, deleted = Task.objects.filter(pk=task.pk).delete()
    if not deleted.get(Task._meta.label):
        raise TaskNotFound


def _next_number(user: User) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_NUMBER, [user.pk])
        (number,) = cursor.fetchone()
    return int(number)


def _checked(columns: dict[str, Any]) -> dict[str, Any]:
    """The columns with white space folded in the title. Raises Invalid."""
    columns = dict(columns)
    errors: dict[str, list[str]] = {}
    if "title" in columns:
        columns["title"] = title = " ".join(columns["title"].split())
        if not 1 <= len(title) <= TITLE_MAX:
            errors["title"] = [f"Between 1 and {TITLE_MAX} characters."]
    if "description" in columns:
        columns["description"] = description = columns["description"].strip()
        if len(description) > DESCRIPTION_MAX:
            errors["description"] = [f"At most {DESCRIPTION_MAX:,} characters."]
    if any("\x00" in text for text in columns.values() if isinstance(text, str)):
        errors.setdefault("title", ["No NUL bytes."])
    if errors:
        raise Invalid("Some fields are not valid.", errors=errors)
    return columns
