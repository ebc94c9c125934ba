"""What an answerer is told from memory: facts, the summary of what is not sent, key points; each within
its share of the tokens."""

from collections.abc import Iterable, Sequence
from typing import Any

from dialogues.answerers.port import Remembered
from dialogues.answerers.tokens import tokens_of
from dialogues.digesters.cleaning import clean_text
from dialogues.digesters.rules import summary_of
from dialogues.models import DialogueContext, DialogueSession, DialogueType
from dialogues.selectors.companion import companion_found
from dialogues.selectors.digests import heard_in, rows_between
from dialogues.selectors.memory import shown_memory

FACTS_SHARE, SUMMARY_SHARE, POINTS_SHARE = 0.4, 0.4, 0.2
# Of what was said since the last digest and is not sent: no more than this is read.
GAP_MOST = 30
# The switch in a person's `chat_preferences` that lets all dialogues know what the companion knows.
COMPANION_FACTS = "companion_facts"


def remembered_for(
    session: DialogueSession, first_seq: int, budget: int, *, is_whole: bool
) -> Remembered | None:
    """What is remembered, in `budget` tokens.

    `first_seq`: the oldest message that is sent; what lies before it is summed up, without a gap.
    `is_whole`: nothing lies before it.
    """
    context: DialogueContext | None = getattr(session, "context", None)
    if context is None:
        return None
    memory, model = shown_memory(context), session.model_name
    # The companion's facts stand in its snapshot.
    facts = [] if session.type == DialogueType.COMPANION else _facts(session, context)
    summary = "" if is_whole else memory.summary_before(first_seq)
    lines = [*summary.splitlines(), *([] if is_whole else _gap(session, context, first_seq))]
    points = [point.text for point in memory.points if not is_whole and point.seq < first_seq]
    return Remembered(
        facts=_newest_fitting(facts, int(budget * FACTS_SHARE), model),
        summary="\n".join(_shortened(lines, int(budget * SUMMARY_SHARE), model)),
        key_points=_newest_fitting(points, int(budget * POINTS_SHARE), model),
        emotional_tone=context.emotional_tone,
        character_state=context.character_state,
        familiarity=context.relationship_level,
        communication_style=context.communication_style,
    )


def _facts(session: DialogueSession, context: DialogueContext) -> list[str]:
    """This dialogue's, and before them the companion's where its person wants that."""
    known = [_as_line(fact) for fact in context.remembered_facts]
    if session.user.chat_preferences.get(COMPANION_FACTS) is not True:
        return known
    companion = companion_found(session.user)
    theirs = getattr(companion, "context", None)
    others = [_as_line(fact) for fact in theirs.remembered_facts] if theirs else []
    return list(dict.fromkeys([*others, *known]))


def _as_line(fact: dict[str, Any]) -> str:
    return f"{fact['key'].replace('_', ' ')}: {fact['value']}"


def _gap(session: DialogueSession, context: DialogueContext, first_seq: int) -> list[str]:
    """What no digest has read yet and what is too old to be sent, in the person's own words."""
    if context.digested_seq >= first_seq - 1:
        return []
    heard = heard_in(rows_between(session.pk, context.digested_seq, first_seq, GAP_MOST))
    limit = context.current_chapter
    shown = [one for one in heard if limit is None or one.chapter <= limit]
    return list(filter(None, [summary_of(shown)]))


def _shortened(lines: Sequence[str], budget: int, model: str) -> list[str]:
    """All of them, each in fewer words where they are too long together: no stretch is left out."""
    total = sum(tokens_of(line, model) for line in lines)
    if total <= budget:
        return list(lines)
    share = budget / max(total, 1)
    return [clean_text(line, max(int(len(line) * share), 1)) for line in lines]


def _newest_fitting(lines: Sequence[str], budget: int, model: str) -> list[str]:
    """The last ones that fit, in their order."""
    return list(reversed(list(_fitting(reversed(lines), budget, model))))


def _fitting(lines: Iterable[str], budget: int, model: str) -> Iterable[str]:
    for line in lines:
        budget -= tokens_of(line, model) + 1
        if budget < 0:
            return
        yield line
