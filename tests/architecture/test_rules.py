"""One publisher, thin doors, jobs by name, no signals."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module

from celery import current_app
from celery.schedules import BaseSchedule

from tests.architecture.source import (
    calls,
    functions,
    is_door,
    length,
    modules,
)

# Asks whether the layer answers; nobody listens.
PROBES = {"chatcore/health.py"}
MOST_LINES_OF_A_VIEW, MOST_LINES_OF_A_TASK = 15, 6


def test_events_leave_by_one_file_alone() -> None:
    callers = {path for path, tree in modules().items() if any(calls(tree, "group_send"))}
    assert callers - PROBES == {"chatcore/services/publish.py"}


def test_a_view_is_at_most_15_lines() -> None:
    fat = [
        f"{path}:{function.lineno} {function.name} has {length(function)} lines"
        for path, tree in modules().items()
        if is_door(path)
        for function in functions(tree)
        if length(function) > MOST_LINES_OF_A_VIEW and not _is_helper(function.name)
    ]
    assert not fat, "\n".join(fat)


def _is_helper(name: str) -> bool:
    """What a page shows is gathered beside its view."""
    return name.startswith("_") and not name.startswith("__")


def test_a_task_is_at_most_6_lines_and_has_a_name() -> None:
    wrong = []
    for path, tree in modules().items():
        for function in functions(tree):
            for decorator in function.decorator_list:
                if "shared_task" in ast.unparse(decorator):
                    named = isinstance(decorator, ast.Call) and any(
                        k.arg == "name" for k in decorator.keywords
                    )
                    if length(function) > MOST_LINES_OF_A_TASK or not named:
                        wrong.append(f"{path}:{function.lineno} {function.name}")
                    if not path.endswith("/tasks.py"):
                        wrong.append(f"{path}: {function.name} belongs into tasks.py")
    assert wrong == []


def test_doors_ask_selectors_and_services_not_managers() -> None:
    """`.objects.none()` tells the OpenAPI generator which model is filtered, and reads nothing."""
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        if is_door(path) or path.endswith("/tasks.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "all_objects"}
        if not _is_none(tree, node)
    ]
    assert found == []


def _is_none(tree: ast.AST, manager: ast.Attribute) -> bool:
    return any(
        isinstance(call.func, ast.Attribute) and call.func.value is manager
        for call in calls(tree, "none")
    )


def test_jobs_are_asked_for_by_names_that_exist() -> None:
    wanted = set(_job_names())
    assert wanted, "nothing is asked for: the search is broken"
    current_app.loader.import_default_modules()
    assert wanted <= set(current_app.tasks)


def _job_names() -> Iterator[str]:
    """The first argument of every enqueue_on_commit and of a timeline's Task, constants looked up, and
    beat's own."""
    for path, tree in modules().items():
        if path == "chatcore/jobs.py":
            continue
        tasks = calls(tree, "Task") if path.endswith("services/timeline.py") else ()
        for call in [*calls(tree, "enqueue_on_commit"), *tasks]:
            name = call.args[0]
            if isinstance(name, ast.Constant):
                yield str(name.value)
            else:
                yield _constant(path, ast.unparse(name))
    for entry in current_app.conf.beat_schedule.values():
        yield entry["task"]


def _constant(path: str, name: str) -> str:
    module = import_module(path.removesuffix(".py").replace("/", "."))
    return str(getattr(module, name))


def test_beat_knows_when() -> None:
    for name, entry in current_app.conf.beat_schedule.items():
        assert isinstance(entry["schedule"], float | int | BaseSchedule), name


def test_there_are_no_signals_of_ours() -> None:
    """What others send (Celery starting up) may be heard; a model's life is nobody's event."""
    model_signals = {"pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "Signal"}
    users = [
        f"{path}: {alias.name}"
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in model_signals
    ]
    assert users == []


def test_services_never_import_tasks_or_doors() -> None:
    wrong = [
        f"{path}: {node.module}"
        for path, tree in modules().items()
        if "/services/" in path or "/selectors/" in path or "/models/" in path
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        if {"tasks", "views", "consumers", "api", "admin"} & set(node.module.split("."))
    ]
    assert wrong == []


def test_selectors_write_nothing() -> None:
    writes = {"save", "create", "bulk_create", "update_or_create", "get_or_create", "bulk_update"}
    wrong = [
        f"{path}:{call.lineno} {name}"
        for path, tree in modules().items()
        if "/selectors/" in path
        for name in writes
        for call in calls(tree, name)
    ]
    assert wrong == []


def test_events_are_declared_in_events_files() -> None:
    from chatcore.events import registry

    homes = {cls.__module__ for cls in registry.values()}
    assert all(home.endswith(".events") for home in homes)
    for name, cls in registry.items():
        assert cls.model_config.get("frozen"), name
        assert cls.model_config.get("extra") == "forbid", name
