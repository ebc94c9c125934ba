"""Saved dialogues: one's own with title, notes and tags; what others may read of a public one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from chatcore.models import AccountStatus, User
from dialogues.models import DialogueMessage, DialogueSession, SavedDialogue
from dialogues.services.messages import delete_message, remove_message
from dialogues.services.saving import save_dialogue
from dialogues.services.sessions import create_dialogue, delete_dialogue
from tests.client import ContractClient
from tests.conftest import assert_queries
from tests.dialogues import Json, asked_and_answered, dialogue_of, lighthouse, template_of
from tests.test_web_pages import browser_of
from tests.world import Cast

ClientOf = Callable[..., ContractClient]
URL, PUBLIC = "/api/v1/saved/", "/api/v1/public/dialogues/"
SECRET = "nobody may read this"


@pytest.fixture
def session(world: Cast) -> DialogueSession:
    found = dialogue_of(world.mira, lighthouse())
    asked_and_answered(found, "What did Marten carry around his neck?")
    return found


@pytest.fixture
def mira(world: Cast, client_of: ClientOf) -> ContractClient:
    return client_of(world.mira)


@pytest.fixture
def otto(world: Cast, client_of: ClientOf) -> ContractClient:
    return client_of(world.otto)


def saved_by(client: ContractClient, session: DialogueSession, **body: object) -> Json:
    response = client.post(URL, {"session": str(session.pk), **body})
    assert response.status_code == 201, response.content
    found: Json = response.json()
    return found


def test_a_dialogue_is_saved_with_title_notes_and_tags(
    mira: ContractClient, session: DialogueSession
) -> None:
    found = saved_by(
        mira, session, title="The key", notes="Read again.", tags=["sea", " sea ", "Key"]
    )
    assert (found["title"], found["notes"], found["tags"]) == (
        "The key",
        "Read again.",
        ["sea", "Key"],
    )
    assert (found["is_public"], found["shared_up_to"], found["shared_at"]) == (False, None, None)
    url = f"{URL}{found['id']}/"
    assert mira.get(url).json() == found
    changed = mira.patch(url, {"notes": "", "tags": ["lamp"]}).json()
    assert (changed["title"], changed["notes"], changed["tags"]) == ("The key", "", ["lamp"])
    assert changed["updated_at"] > found["updated_at"]
    assert mira.delete(url).status_code == 204
    assert mira.get(url).status_code == 404
    assert mira.get(f"/api/v1/dialogues/{session.pk}/").status_code == 200


def test_without_a_title_it_takes_the_dialogues(
    mira: ContractClient, session: DialogueSession
) -> None:
    found = saved_by(mira, session)
    assert found["title"] == "What did Marten carry around his neck?"


def test_its_code_saves_it_too_and_only_once(
    mira: ContractClient, session: DialogueSession
) -> None:
    assert mira.post(URL, {"session": session.session_id}).status_code == 201
    again = mira.post(URL, {"session": str(session.pk)})
    assert (again.status_code, again.json()["code"]) == (409, "already_saved")
    assert SavedDialogue.objects.count() == 1


def test_the_list_is_mine_by_tag_newest_first(world: Cast, mira: ContractClient) -> None:
    book = lighthouse()
    sea, both, none = (
        save_dialogue(world.mira, dialogue_of(world.mira, book), tags=tags)
        for tags in (["sea"], ["sea", "lamp"], [])
    )
    save_dialogue(world.otto, dialogue_of(world.otto), tags=["sea"])

    def ids(query: str) -> list[str]:
        return [row["id"] for row in mira.get(f"{URL}{query}").json()["results"]]

    assert ids("") == [str(none.pk), str(both.pk), str(sea.pk)]
    assert ids("?tag=sea") == [str(both.pk), str(sea.pk)]
    assert ids("?tag=lamp") == [str(both.pk)]
    assert ids("?tag=se") == []
    assert ids("?is_public=true") == []
    page = mira.get(f"{URL}?limit=1&tag=sea").json()
    assert [row["id"] for row in mira.get(page["next"]).json()["results"]] == [str(sea.pk)]


def test_other_peoples_are_not_there(
    world: Cast, mira: ContractClient, otto: ContractClient, session: DialogueSession
) -> None:
    found = saved_by(mira, session)
    url = f"{URL}{found['id']}/"
    assert mira.get(url).status_code == 200
    answers = [
        otto.get(url), otto.patch(url, {"title": "Mine"}), otto.delete(url),
        otto.post(URL, {"session": str(session.pk)}), otto.get(f"{URL}{uuid4()}/"),
    ]  # fmt: skip
    assert {(a.status_code, a.json()["code"]) for a in answers} == {(404, "not_found")}
    assert otto.get(URL).json()["results"] == []
    assert SavedDialogue.objects.get().title != "Mine"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": "x" * 501}, "title"),
        ({"tags": ["x" * 51]}, "tags"),
        ({"tags": [str(n) for n in range(21)]}, "tags"),
        ({"tags": "sea"}, "tags"),
        ({"is_public": "yes"}, "is_public"),
        ({"shared_up_to": 9}, "shared_up_to"),
        ({"session": 5}, "session"),
    ],
)
def test_what_cannot_be_saved_names_the_field(
    mira: ContractClient, session: DialogueSession, body: Json, field: str
) -> None:
    response = mira.post(URL, {"session": str(session.pk), **body})
    assert response.status_code == 400
    assert any(name.startswith(field) for name in response.json()["errors"])


def test_a_public_one_is_read_by_others(
    world: Cast, mira: ContractClient, otto: ContractClient, session: DialogueSession
) -> None:
    found = saved_by(mira, session, title="The key", is_public=True)
    assert found["shared_up_to"] == 2
    (listed,) = otto.get(PUBLIC).json()["results"]
    assert (listed["title"], listed["owner"]) == ("The key", "Mira")
    assert listed["book_title"] == "The Keeper of the Lamp"
    read = otto.get(f"{PUBLIC}{found['id']}/").json()
    question, answer = read["messages"]
    assert (question["role"], answer["role"]) == ("user", "assistant")
    (reference, *_) = answer["references"]
    assert reference["highlighted_text"] in answer["content"]
    assert (reference["chapter_number"], reference["paragraph_index"]) == (1, 1)
    assert otto.get(f"{PUBLIC}?book={session.book_id}").json()["results"] == [listed]
    assert otto.get(f"{PUBLIC}?type=assistant").json()["results"] == []


def test_a_public_one_tells_nothing_else(world: Cast, otto: ContractClient) -> None:
    """Everything private that there is carries the same words, and none of them comes out."""
    template = template_of(
        world.ada, initial_messages=[{"role": "system", "content": SECRET}], system_prompt=SECRET
    )
    session = create_dialogue(
        world.mira, type="book", book=lighthouse().pk, template=template.pk, title="Shown"
    )
    asked = asked_and_answered(session, "What did Marten carry around his neck?")
    asked_and_answered(session, "And what else?")
    DialogueMessage.objects.filter(session=session).update(
        metadata={"a": SECRET}, context_snapshot={"a": SECRET}, error_message=SECRET
    )
    session.context.key_points = [SECRET]
    session.context.save()
    session.refresh_from_db()
    save_dialogue(world.mira, session, notes=SECRET, tags=[SECRET], is_public=True, title="Shown")
    DialogueSession.objects.filter(pk=session.pk).update(title=SECRET)
    saved = SavedDialogue.objects.get()

    shown = otto.get(PUBLIC).content + otto.get(f"{PUBLIC}{saved.pk}/").content
    shown += browser_of(world.otto).get("/public/").content
    shown += browser_of(world.otto).get(f"/public/{saved.pk}/").content
    told = shown.decode()
    assert "Marten" in told
    assert SECRET not in told
    for private in (
        world.mira.pk, world.mira.username + "@", session.pk, session.session_id,
        asked.message["id"], template.pk,
    ):  # fmt: skip
        assert str(private) not in told, private


def test_who_has_no_display_name_stays_somebody(
    world: Cast, otto: ContractClient, session: DialogueSession
) -> None:
    User.objects.filter(pk=world.mira.pk).update(display_name="", first_name="M", last_name="O")
    save_dialogue(world.mira, session, is_public=True)
    assert otto.get(PUBLIC).json()["results"][0]["owner"] == "Somebody"


def test_what_is_said_after_sharing_stays_private_until_it_is_shared_again(
    mira: ContractClient, otto: ContractClient, session: DialogueSession
) -> None:
    found = saved_by(mira, session, is_public=True)
    asked_and_answered(session, "What happened to the Petrel?")

    def shown() -> int:
        return len(otto.get(f"{PUBLIC}{found['id']}/").json()["messages"])

    assert shown() == 2
    mira.patch(f"{URL}{found['id']}/", {"notes": "Only a note."})
    assert shown() == 2
    mira.patch(f"{URL}{found['id']}/", {"is_public": True})
    assert shown() == 4


def test_taken_back_it_is_gone(
    world: Cast, mira: ContractClient, otto: ContractClient, session: DialogueSession
) -> None:
    found = saved_by(mira, session, is_public=True)
    url = f"{PUBLIC}{found['id']}/"
    assert otto.get(url).status_code == 200
    changed = mira.patch(f"{URL}{found['id']}/", {"is_public": False}).json()
    assert (changed["is_public"], changed["shared_up_to"]) == (False, None)
    assert otto.get(url).status_code == 404
    assert otto.get(PUBLIC).json()["results"] == []


@pytest.mark.parametrize("what", ["dialogue", "account"])
def test_it_goes_with_its_dialogue_and_with_its_owners_account(
    world: Cast, mira: ContractClient, otto: ContractClient, session: DialogueSession, what: str
) -> None:
    found = saved_by(mira, session, is_public=True)
    assert otto.get(f"{PUBLIC}{found['id']}/").status_code == 200
    if what == "dialogue":
        delete_dialogue(session)
    else:
        User.objects.filter(pk=world.mira.pk).update(account_status=AccountStatus.SUSPENDED)
    assert otto.get(f"{PUBLIC}{found['id']}/").status_code == 404
    assert otto.get(PUBLIC).json()["results"] == []
    if what == "dialogue":
        assert mira.get(URL).json()["results"] == []


def test_deleted_messages_are_not_shown(
    mira: ContractClient, otto: ContractClient, session: DialogueSession
) -> None:
    found = saved_by(mira, session, is_public=True)
    question, answer = DialogueMessage.objects.filter(session=session).order_by("seq")
    delete_message(session, question.pk)
    messages = otto.get(f"{PUBLIC}{found['id']}/").json()["messages"]
    assert [m["seq"] for m in messages] == [2]
    remove_message(session, answer.pk)
    assert otto.get(f"{PUBLIC}{found['id']}/").json()["messages"] == []


def test_a_long_public_dialogue_is_read_by_pages(
    mira: ContractClient, otto: ContractClient, session: DialogueSession
) -> None:
    asked_and_answered(session, "What happened to the Petrel?")
    url = f"{PUBLIC}{saved_by(mira, session, is_public=True)['id']}/"
    first = otto.get(f"{url}?limit=3").json()
    assert ([m["seq"] for m in first["messages"]], first["has_more"]) == ([1, 2, 3], True)
    rest = otto.get(f"{url}?after_seq=3&limit=3").json()
    assert ([m["seq"] for m in rest["messages"]], rest["has_more"]) == ([4], False)
    assert otto.get(f"{url}?limit=0").status_code == 400


def test_it_counts_its_queries(world: Cast, mira: ContractClient, otto: ContractClient) -> None:
    book = lighthouse()
    for count in (2, 18):
        for _ in range(count):
            one = dialogue_of(world.mira, book)
            asked_and_answered(one, "What did Marten carry around his neck?")
            one.refresh_from_db()
            kept = save_dialogue(world.mira, one, is_public=True, tags=["sea"])
        # 2 queries: who is asking · the page with its dialogues
        with assert_queries(2):
            mira.get(f"{URL}?tag=sea")
        # 2 queries: who is asking · the page with dialogue, book and owner
        with assert_queries(2):
            otto.get(PUBLIC)
        # 4 queries: who is asking · the dialogue · its messages · their references
        with assert_queries(4):
            otto.get(f"{PUBLIC}{kept.pk}/")


def test_who_may_not_share_saves_in_private(world: Cast, session: DialogueSession) -> None:
    from chatcore.models import PermissionGrant

    PermissionGrant.objects.filter(
        group__name="members", domain__permission_prefix="dialogue:session", action="share"
    ).delete()
    hers = ContractClient(access=_access(world.mira))
    refused = hers.post(URL, {"session": str(session.pk), "is_public": True})
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert not SavedDialogue.objects.exists()
    assert saved_by(hers, session)["is_public"] is False


def _access(user: User) -> str:
    from tests.world import access_for

    return access_for(user)


def test_the_database_refuses_a_second_and_a_half_public_one(
    world: Cast, session: DialogueSession
) -> None:
    saved = save_dialogue(world.mira, session)
    for wrong in (
        lambda: SavedDialogue.objects.create(user=world.mira, session=session),
        lambda: SavedDialogue.objects.filter(pk=saved.pk).update(is_public=True),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()


def test_it_goes_when_the_person_goes(world: Cast, session: DialogueSession) -> None:
    save_dialogue(world.mira, session)
    world.mira.delete()
    assert not SavedDialogue.objects.exists()


def test_the_pages_save_share_and_take_back_without_script(
    world: Cast, session: DialogueSession
) -> None:
    hers, his = browser_of(world.mira), browser_of(world.otto)
    url = f"/dialogues/{session.pk}/save/"
    assert his.get(url).status_code == 404
    assert his.post(url, {}).status_code == 404
    fields: dict[str, Any] = {"title": "The key", "notes": SECRET, "tags": "sea, lamp,,sea"}
    assert hers.post(url, {**fields, "is_public": "on"})["Location"] == "/saved/"
    saved = SavedDialogue.objects.get()
    assert (saved.tags, saved.is_public, saved.shared_up_to) == (["sea", "lamp"], True, 2)
    page = hers.get("/saved/?tag=lamp").content.decode()
    assert "The key" in page
    assert SECRET in page
    assert "The key" not in hers.get("/saved/?tag=other").content.decode()
    assert "The key" in his.get("/public/").content.decode()
    assert "around his neck" in his.get(f"/public/{saved.pk}/").content.decode()

    asked_and_answered(session, "What happened to the Petrel?")
    assert "show the 2 newer messages" in hers.get(url).content.decode()
    hers.post(url, {**fields, "is_public": "on"})
    assert "Petrel?" not in his.get(f"/public/{saved.pk}/").content.decode()
    hers.post(url, {**fields, "is_public": "on", "again": "1"})
    assert "Petrel?" in his.get(f"/public/{saved.pk}/").content.decode()

    hers.post(url, fields)
    assert his.get(f"/public/{saved.pk}/").status_code == 404
    hers.post(f"/dialogues/{session.pk}/unsave/")
    assert not SavedDialogue.objects.exists()


def test_the_pages_bear_nonsense(world: Cast, session: DialogueSession) -> None:
    hers = browser_of(world.mira)
    for path in ("/saved/?before=x&tag=%22", "/public/?before=1", "/saved/?tag=" + "x" * 200):
        assert hers.get(path).status_code == 200
    too_many = ", ".join(str(n) for n in range(21))
    page = hers.post(f"/dialogues/{session.pk}/save/", {"tags": too_many})
    assert "At most 20 tags" in page.content.decode()
