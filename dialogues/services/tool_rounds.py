"""The tools' part of one answer: run what the answerer calls for, keep it, and know it again.

What a call changed and the message that tells of it are stored in one transaction, and a turn that is
taken up again (its worker died, the model failed) goes on from the messages: nothing is done twice.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import orjson
from django.db import transaction

from chatcore.models import User
from chatcore.services.append import Draft, append_one
from chatcore.services.publish import publish_created_on_commit
from dialogues.answerers.port import Question, Tool, ToolCall, ToolRound
from dialogues.models import DialogueTurn, MessageRole
from dialogues.selectors.tool_messages import StoredCall, calls_made_for
from dialogues.services.leases import Lease
from dialogues.services.timeline import DIALOGUE_TIMELINE
from dialogues.services.tools import run_tool
from dialogues.services.turns import hold_turn

MOST_ROUNDS = 5
MOST_CALLS_AT_ONCE = 10
MOST_CALLS = 20


class ToolRounds:
    """What was called for in a turn so far."""

    def __init__(
        self, turn: DialogueTurn, asker: User, offered: Sequence[Tool], lease: Lease
    ) -> None:
        self._turn = turn
        self._asker = asker
        self._offered = offered
        self._lease = lease
        self.made: list[StoredCall] = list(calls_made_for(turn.session_id, turn.question_id))

    @property
    def tools_used(self) -> list[str]:
        """Names, each once, in the order of their first use (seed 002)."""
        return list(dict.fromkeys(stored.call["function"] for stored in self.made))

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The calls as the answer keeps them (seed 004)."""
        return [stored.call for stored in self.made]

    def told(self, question: Question) -> Question:
        """The question with what came of the calls; past the limits, without further calls."""
        rounds = [_round(list(group)) for _, group in groupby(self.made, lambda s: s.round)]
        spent = len(rounds) >= MOST_ROUNDS or len(self.made) >= MOST_CALLS
        return replace(question, rounds=rounds, tools_spent=spent)

    def run(self, calls: Sequence[ToolCall]) -> None:
        """Run the calls of one round, each in a transaction of its own. Raises TurnLost, NotFound and
        Cancelled; what ran before that stays done, and told."""
        number = self.made[-1].round + 1 if self.made else 1
        room = min(MOST_CALLS_AT_ONCE, MOST_CALLS - len(self.made))
        for call in calls[:room]:
            self._lease.check()
            self.made.append(self._run(call, number))

    @transaction.atomic
    def _run(self, call: ToolCall, number: int) -> StoredCall:
        hold_turn(self._turn)
        outcome = run_tool(self._asker, call, self._offered)
        # A model's own inventions are data, too: they go no further than the columns are wide.
        kept = {"id": call.id, "function": call.name, "arguments": dict(outcome.arguments)}
        appended = append_one(
            DIALOGUE_TIMELINE,
            Draft(
                conversation=self._turn.session_id,
                author=self._turn.session_id,
                content=outcome.content,
                columns={
                    "role": MessageRole.TOOL,
                    "reply_to_message_id": self._turn.question_id,
                    "tool_calls": [kept],
                    "metadata": {"round": number, "ok": outcome.ok},
                },
                trusted=True,
            ),
        )
        publish_created_on_commit(DIALOGUE_TIMELINE, appended)
        return StoredCall(kept, outcome.content, number)


def _round(made: Sequence[StoredCall]) -> ToolRound:
    calls = [
        ToolCall(s.call["id"], s.call["function"], orjson.dumps(s.call["arguments"]).decode())
        for s in made
    ]
    return ToolRound(calls, [stored.result for stored in made])
