"""The assistant's tools for tasks (seeds 002 and 004). Tasks are named by the person's own numbers."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from chatcore.models import User
from dialogues.models import Task
from dialogues.models.task_list import DESCRIPTION_MAX, TITLE_MAX
from dialogues.selectors.task_list import task_numbered, tasks_in_order
from dialogues.services import task_list
from dialogues.services.tools import Arguments, RegisteredTool, register_tool

# So that the longest titles, too, fit a message of 10,000 characters, every one escaped.
LISTED = 20

Number = Annotated[int, Field(ge=1, le=2**31 - 1, description="The task's number on the list.")]
Title = Annotated[str, Field(min_length=1, max_length=TITLE_MAX)]
Description = Annotated[str, Field(max_length=DESCRIPTION_MAX)]


class AddTask(Arguments):
    title: Title
    description: Description = ""


class ListTasks(Arguments):
    completed: bool | None = Field(
        None, description="true: only completed ones; false: only open ones; null: all."
    )
    after_number: int = Field(
        0, ge=0, le=2**31 - 1, description="Only tasks with a higher number, for a long list."
    )


class NamedTask(Arguments):
    number: Number


class UpdateTask(Arguments):
    number: Number
    title: Title | None = None
    description: Description | None = None
    completed: bool | None = None


def _add(user: User, asked: AddTask) -> Mapping[str, Any]:
    task = task_list.add_task(user, title=asked.title, description=asked.description)
    return _about(task, f"✅ I've created a new task: '{task.title}' (Task #{task.number})")


def _list(user: User, asked: ListTasks) -> Mapping[str, Any]:
    found = tasks_in_order(
        user, completed=asked.completed, after_number=asked.after_number, most=LISTED
    )
    shown, more = found[:LISTED], len(found) > LISTED
    kind = {None: "", True: "completed ", False: "open "}[asked.completed]
    return {"message": _listed(shown, kind, more=more), "has_more": more}


def _listed(shown: list[Task], kind: str, *, more: bool) -> str:
    """As seed 004 shows a task: `[1] ⬜ Buy groceries`."""
    if not shown:
        return f"You have no {kind}tasks."
    lines = [f"[{task.number}] {'✅' if task.completed else '⬜'} {task.title}" for task in shown]
    end = [f"… and more, from #{shown[-1].number + 1} on."] if more else []
    return "\n".join([f"Your {kind}tasks:", *lines, *end])


def _complete(user: User, asked: NamedTask) -> Mapping[str, Any]:
    task = task_list.complete_task(task_numbered(user, asked.number), by=user)
    return _about(task, f"✅ Done: '{task.title}' (Task #{task.number})")


def _update(user: User, asked: UpdateTask) -> Mapping[str, Any]:
    columns = asked.model_dump(exclude={"number"}, exclude_none=True)
    task = task_list.update_task(task_numbered(user, asked.number), by=user, **columns)
    state = " (open again)" if asked.completed is False else ""
    return _about(task, f"✏️ I've updated task #{task.number}: '{task.title}'{state}")


def _delete(user: User, asked: NamedTask) -> Mapping[str, Any]:
    task = task_numbered(user, asked.number)
    task_list.delete_task(task, by=user)
    return {"message": f"🗑️ I've deleted task #{task.number}: '{task.title}'"}


def _about(task: Task, message: str) -> Mapping[str, Any]:
    return {
        "message": message,
        "task": {
            "number": task.number,
            "title": task.title,
            "description": task.description,
            "completed": task.completed,
        },
    }


for _tool in (
    RegisteredTool("add_task", "Put something on the person's list of tasks.", AddTask, _add),
    RegisteredTool(
        "list_tasks",
        "The person's tasks: [number] ⬜ open or ✅ completed, title.",
        ListTasks,
        _list,
    ),
    RegisteredTool("complete_task", "Mark a task as done.", NamedTask, _complete),
    RegisteredTool(
        "update_task",
        "Change a task's title or description, or open it again.",
        UpdateTask,
        _update,
    ),
    RegisteredTool("delete_task", "Take a task off the list for good.", NamedTask, _delete),
):
    register_tool(_tool)
