"""What happens without anybody asking for it: by the worker, at the real broker, with nobody's beat."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from config.celery import app
from tests import dialogues
from tests.live import Client, Json, Stage
from tests.support import again, escalation_of, promise


@pytest.fixture
def idle_worker(stage: Stage) -> Iterator[None]:
    """A worker that has nothing left to do from tests before."""
    app.control.purge()
    with dialogues.worker():
        yield


def notice(client: Client, what: str) -> Json:
    """The escalation of the next notice of this kind."""
    while True:
        data: Json = client.event("escalation.notice", 15)["data"]
        if data["what"] == what:
            found: Json = data["escalation"]
            return found


@pytest.mark.usefixtures("idle_worker")
def test_an_agent_who_comes_is_given_what_waits_and_warned_in_time(stage: Stage) -> None:
    promise(first_response_seconds=4, warn_percent=50)
    waiting = escalation_of(stage.world.mira)
    with stage.client(stage.world.ana) as ana:
        ana.subscribe("me")
        assert notice(ana, "assigned")["id"] == str(waiting.pk)
        assert again(waiting).assigned_to_user == stage.world.ana
        # Two jobs at the instants themselves: nothing looks for them before.
        assert notice(ana, "warned")["id"] == str(waiting.pk)
        assert notice(ana, "breached")["id"] == str(waiting.pk)
    clock = waiting.clocks.get(metric="first_response")
    assert clock.warned_at
    assert clock.breached_at
    assert clock.due_at
    assert clock.warned_at < clock.due_at <= clock.breached_at
