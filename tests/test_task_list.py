"""Tasks through HTTP, the page, the admin and the database's own rules (seeds 002 and 004)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from chatcore.models import PermissionGrant, StaffReading, User
from dialogues.models import Task
from dialogues.services.task_list import add_task
from tests.client import ContractClient
from tests.conftest import assert_queries
from tests.dialogues import Json
from tests.test_web_pages import browser_of
from tests.world import Cast

ClientOf = Callable[[User], ContractClient]
URL = "/api/v1/tasks/"


@pytest.fixture
def mira(world: Cast, client_of: ClientOf) -> ContractClient:
    return client_of(world.mira)


def added(client: ContractClient, title: str = "Buy groceries", **more: object) -> Json:
    response = client.post(URL, {"title": title, **more})
    assert response.status_code == 201, response.content
    found: Json = response.json()
    return found


def one(task: Json) -> str:
    return f"{URL}{task['id']}/"


def test_a_task_is_added_read_changed_and_deleted(mira: ContractClient) -> None:
    task = added(mira, "  Buy \n groceries ", description="Milk, eggs")
    assert (task["number"], task["title"], task["completed"]) == (1, "Buy groceries", False)
    assert mira.get(one(task)).json() == task

    changed = mira.patch(one(task), {"completed": True, "title": "Buy bread"}).json()
    assert (changed["completed"], changed["title"]) == (True, "Buy bread")
    assert changed["description"] == "Milk, eggs"
    assert changed["updated_at"] > task["updated_at"]

    assert mira.delete(one(task)).status_code == 204
    assert mira.get(one(task)).status_code == 404
    assert mira.delete(one(task)).status_code == 404


def test_the_list_is_narrowed_and_paged(mira: ContractClient) -> None:
    numbers = [added(mira, f"Task {n}")["number"] for n in range(5)]
    assert numbers == [1, 2, 3, 4, 5]
    for task in mira.get(URL).json()["results"][:2]:
        mira.patch(one(task), {"completed": True})
    assert [t["number"] for t in mira.get(f"{URL}?completed=true").json()["results"]] == [5, 4]
    page = mira.get(f"{URL}?completed=false&limit=2").json()
    assert [t["number"] for t in page["results"]] == [3, 2]
    assert [t["number"] for t in mira.get(page["next"]).json()["results"]] == [1]


def test_the_list_costs_the_same_with_two_and_with_twenty(mira: ContractClient) -> None:
    for count in (2, 18):
        for n in range(count):
            added(mira, f"Task {n}")
        # 2 queries: who is asking · the page of tasks
        with assert_queries(2):
            mira.get(URL)


def test_numbers_are_each_persons_own_and_never_given_twice(
    world: Cast, mira: ContractClient, client_of: ClientOf
) -> None:
    first, second = added(mira), added(mira)
    assert (first["number"], second["number"]) == (1, 2)
    mira.delete(one(second))
    assert added(mira)["number"] == 3
    assert added(client_of(world.otto))["number"] == 1


def test_two_tasks_at_once_get_two_numbers(committed: None) -> None:
    from tests.world import cast

    mira = cast().mira

    def add(_: int) -> int:
        try:
            return add_task(mira, title="At once").number
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(add, range(12))) == list(range(1, 13))


def test_other_peoples_tasks_are_not_there(
    world: Cast, mira: ContractClient, client_of: ClientOf
) -> None:
    task = added(mira)
    otto = client_of(world.otto)
    assert mira.get(one(task)).status_code == 200
    for answer in (
        otto.get(one(task)),
        otto.patch(one(task), {"completed": True}),
        otto.delete(one(task)),
        otto.get(f"{URL}{uuid4()}/"),
        otto.get(f"{URL}nonsense/"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert otto.get(URL).json()["results"] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": ""},
        {"title": "   "},
        {"title": "x" * 201},
        {"title": "ok", "description": "x" * 1001},
        {"title": 5},
        {"title": "nul \x00"},
        {"title": "ok", "number": 7},
        {"title": "ok", "user": str(uuid4())},
    ],
)
def test_what_does_not_fit_is_refused(mira: ContractClient, body: Json) -> None:
    answer = mira.post(URL, body)
    assert answer.status_code == 400


def test_the_longest_that_fits_is_kept(mira: ContractClient) -> None:
    task = added(mira, "ü" * 200, description="ß" * 1000)
    assert mira.get(one(task)).json() == task


def test_without_the_right_there_is_reading_only(world: Cast, mira: ContractClient) -> None:
    task = added(mira)
    members = Group.objects.get(name="members")
    PermissionGrant.objects.filter(
        group=members, domain__permission_prefix="dialogue:task"
    ).delete()
    for answer in (mira.post(URL, {"title": "x"}), mira.patch(one(task), {"title": "x"})):
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert mira.delete(one(task)).status_code == 403
    assert mira.get(one(task)).status_code == 200


def test_a_guest_keeps_no_list(world: Cast, client_of: ClientOf) -> None:
    assert client_of(world.gil).post(URL, {"title": "x"}).status_code == 403


@pytest.mark.parametrize(
    "columns",
    [{"title": ""}, {"description": "x" * 1001}, {"number": 0}, {"number": 1}],
    ids=["no title", "long description", "number 0", "a number twice"],
)
def test_the_database_holds_the_rules(world: Cast, columns: Json) -> None:
    add_task(world.mira, title="The first")
    fitting = {"user": world.mira, "number": 2, "title": "Fits"}
    Task.objects.create(**fitting).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.create(**{**fitting, **columns})


def test_the_history_tells_what_changed(mira: ContractClient) -> None:
    task = added(mira)
    mira.patch(one(task), {"completed": True})
    mira.delete(one(task))
    history: type[Model] = Task.pgh_event_model  # type: ignore[attr-defined]
    rows = history._default_manager.order_by("pgh_id").values_list("pgh_label", "completed")
    assert list(rows) == [("update", True), ("delete", True)]


def test_tasks_go_with_their_person(world: Cast) -> None:
    add_task(world.mira, title="Mine")
    assert Task.objects.filter(user=world.mira).exists()
    User.all_objects.filter(pk=world.mira.pk).delete()
    assert not Task.objects.exists()


# -- the page --


@pytest.fixture
def page(world: Cast) -> Client:
    return browser_of(world.mira)


def shown(page: Client) -> str:
    return page.get("/tasks/").content.decode()


def test_the_page_works_with_forms_alone(page: Client, world: Cast) -> None:
    assert "Nothing is left to do." in shown(page)
    assert page.post("/tasks/", {"title": "Buy <b>bread</b>"}).status_code == 302
    task_id = Task.objects.get().pk
    assert "Buy &lt;b&gt;bread&lt;/b&gt;" in shown(page)

    def after(do: str, **fields: str) -> tuple[str, str, bool]:
        assert page.post(f"/tasks/{task_id}/", {"do": do, **fields}).status_code == 302
        task = Task.objects.get(pk=task_id)
        return task.title, task.description, task.completed

    assert after("complete") == ("Buy <b>bread</b>", "", True)
    assert ">Done</h2>" in shown(page)
    assert after("reopen") == ("Buy <b>bread</b>", "", False)
    assert after("edit", title="Buy rolls", description="six") == ("Buy rolls", "six", False)
    assert after("edit", title="x" * 201) == ("Buy rolls", "six", False)
    assert "at most 200 characters" in shown(page)
    assert page.post(f"/tasks/{task_id}/", {"do": "delete"}).status_code == 302
    assert not Task.objects.exists()


def test_the_page_says_what_is_wrong(page: Client) -> None:
    answer = page.post("/tasks/", {"title": "x" * 201})
    assert answer.status_code == 200
    assert "at most 200 characters" in answer.content.decode()


def test_the_page_is_each_persons_own(page: Client, world: Cast) -> None:
    theirs = add_task(world.otto, title="Otto's secret")
    assert escape(theirs.title) in shown(browser_of(world.otto))
    assert escape(theirs.title) not in shown(page)
    assert page.post(f"/tasks/{theirs.pk}/", {"do": "delete"}).status_code == 404
    assert Task.objects.filter(pk=theirs.pk).exists()


def test_the_page_leads_to_the_assistant(page: Client, world: Cast) -> None:
    answer = page.post("/dialogues/assistant/", {"content": "Show my tasks"})
    assert answer.status_code == 302
    assert "Show my tasks" in page.get(answer["Location"]).content.decode()


# -- the admin --


def test_staff_complete_and_delete_by_the_services(world: Cast) -> None:
    admin = Client()
    admin.force_login(world.ada)
    task = add_task(world.mira, title="Call Ana")
    url = reverse("admin:dialogues_task_changelist")
    assert "Call Ana" in admin.get(url, {"q": "mira"}).content.decode()
    assert StaffReading.objects.filter(reader=world.ada, model="dialogues.Task").exists()

    admin.post(url, {"action": "complete", "_selected_action": [str(task.pk)]})
    task.refresh_from_db()
    assert task.completed
    admin.post(url, {"action": "delete_for_good", "_selected_action": [str(task.pk)]})
    assert not Task.objects.exists()
