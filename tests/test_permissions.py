"""Who may do what, and the reasons given."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from chatcore.errors import Invalid
from chatcore.models import AccountStatus, PermissionDomain, User
from chatcore.services.permissions import grant, revoke
from chatcore.services.users import set_account_status
from tests.client import ContractClient
from tests.conftest import assert_queries
from tests.world import Cast

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], ContractClient]
ROOT = Path(__file__).parent.parent
EXPLAIN = "/api/v1/permissions/explain/"


def fresh(user: User) -> User:
    """As the next request sees the account."""
    return User.objects.get(pk=user.pk)


def test_the_domains_of_the_seed_are_there(db: None) -> None:
    prefixes = set(PermissionDomain.objects.values_list("permission_prefix", flat=True))
    assert prefixes >= {
        "chat:room",
        "chat:message",
        "chat:robot",
        "chat:file",
        "chat:escalation",
        "supervisor:chat",
        "dialogue:session",
        "dialogue:book",
    }


def test_each_type_of_account_has_its_defaults(world: Cast) -> None:

    def may(permission: str) -> list[str]:
        return [u.display_name or u.username for u in vars(world).values() if u.can(permission)]

    assert may("chat:room:create") == ["Mira", "Otto", "ana", "bela", "sven", "ada"]
    assert may("chat:message:send") == ["Mira", "Otto", "Gil", "ana", "bela", "sven", "ada"]
    assert may("supervisor:chat:observe") == ["sven", "ada"]
    assert may("dialogue:book:import") == ["ada"]


def test_a_grant_to_one_account_reaches_nobody_else(world: Cast) -> None:
    assert not world.mira.can("supervisor:chat:observe")
    grant("supervisor:chat:observe", world.mira)
    assert world.mira.can("supervisor:chat:observe")
    assert not world.mira.can("supervisor:chat:join")
    assert not world.otto.can("supervisor:chat:observe")
    revoke("supervisor:chat:observe", world.mira)
    assert not world.mira.can("supervisor:chat:observe")


def test_a_grant_to_a_group_reaches_its_members_only_while_they_are(world: Cast) -> None:
    watchers = Group.objects.create(name="watchers")
    grant("supervisor:chat:*", watchers)
    assert not fresh(world.mira).can("supervisor:chat:observe")
    world.mira.groups.add(watchers)
    assert fresh(world.mira).can("supervisor:chat:observe")
    world.mira.groups.clear()
    assert not fresh(world.mira).can("supervisor:chat:observe")


def test_a_suspended_account_may_nothing_not_even_a_superuser(world: Cast) -> None:
    assert world.mira.can("chat:room:create")
    set_account_status(world.mira, AccountStatus.SUSPENDED)
    assert not world.mira.can("chat:room:create")
    User.objects.filter(pk=world.ada.pk).update(account_status=AccountStatus.SUSPENDED)
    assert not fresh(world.ada).can("chat:room:create")


def test_many_questions_are_one_query(world: Cast) -> None:
    mira = fresh(world.mira)
    # 1. every grant that reaches the account
    with assert_queries(1):
        assert mira.can("chat:room:create")
        assert mira.can("chat:message:send")
        assert not mira.can("supervisor:chat:observe")


@pytest.mark.parametrize("wrong", ["chat:room", "chat", "chat:room:create:x", "a:b:c", "::", ""])
def test_what_is_no_permission_cannot_be_granted(world: Cast, wrong: str) -> None:
    with pytest.raises(Invalid):
        grant(wrong, world.mira)


def test_the_reason_names_the_group(world: Cast, client_of: ClientOf) -> None:
    yes = client_of(world.mira).get(EXPLAIN, {"permission": "chat:room:create"}).json()
    assert yes["allowed"]
    assert "group members" in yes["reasons"][0]
    no = client_of(world.mira).get(EXPLAIN, {"permission": "supervisor:chat:observe"}).json()
    assert not no["allowed"]
    assert "Granted to: staff, supervisors." in no["reasons"][0]


def test_a_misspelt_permission_is_named_as_such(world: Cast, client_of: ClientOf) -> None:
    mira = client_of(world.mira)
    reasons = mira.get(EXPLAIN, {"permission": "chat:room:craete"}).json()["reasons"]
    assert "knows no action craete" in reasons[0]
    refused = mira.get(EXPLAIN, {"permission": "chat"})
    assert refused.status_code == 400
    assert "permission" in refused.json()["errors"]


def test_only_who_may_explain_asks_about_others(world: Cast, client_of: ClientOf) -> None:
    query = {"permission": "chat:room:create", "user": "otto"}
    assert client_of(world.sven).get(EXPLAIN, query).json()["allowed"]
    assert client_of(world.mira).get(EXPLAIN, query).status_code == 404


def test_the_command_says_why(world: Cast) -> None:
    out = StringIO()
    call_command("why", "mira", "chat:room:create", stdout=out)
    assert out.getvalue().startswith("Yes: mira may chat:room:create.")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("why", "mira@example.test", "supervisor:chat:observe", "--json", stdout=out)
    assert json.loads(out.getvalue())["allowed"] is False
    with pytest.raises(CommandError):
        call_command("why", "nobody", "chat:room:create")


def test_every_permission_that_the_code_asks_for_exists(db: None) -> None:
    known = {d.permission_prefix: d.actions for d in PermissionDomain.objects.all()}
    asked = {
        found
        for app in ("chatcore", "dialogues", "rooms", "analytics")
        for file in (ROOT / app).rglob("*.py")
        if "migrations" not in file.parts
        for found in re.findall(r"[\"']([a-z]+:[a-z]+:[a-z]+)[\"']", file.read_text())
    }
    assert "chat:room:create" in asked
    unknown = [p for p in asked if p.rpartition(":")[2] not in known.get(p.rpartition(":")[0], [])]
    assert unknown == []
