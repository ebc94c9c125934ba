"""What an answerer is told of a dialogue: as much of it as fits the context window, newest first.

The history is read backwards in pages until its share is used up, so that the cost of a turn does
not grow with the length of the dialogue.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from chatcore.errors import Forbidden, NotFound
from chatcore.models import User
from dialogues.answerers.port import Question, Said
from dialogues.answerers.tokens import TOKENS_PER_MESSAGE, tokens_of
from dialogues.models import DialogueContext, DialogueMessage, DialogueTurn, MessageRole
from dialogues.selectors.sessions import dialogue_by_id
from dialogues.services.recalling import remembered_for
from dialogues.services.remembering import owe_digest
from dialogues.services.snapshots import companion_told
from dialogues.services.tools import tokens_of_tools, tools_for

_PAGE = 50
# What the question and the prompt leave, divided by this, is for memory.
MEMORY_SHARE = 8
# A system message comes from the dialogue's template.
TOLD_ROLES = (MessageRole.USER, MessageRole.ASSISTANT, MessageRole.SYSTEM)


class AskerShutOut(Forbidden):
    """Their account was suspended, closed or deleted after they asked: nothing is made of it any more."""

    code = "asker_shut_out"
    title = "The account of whoever asked is shut"


@dataclass(frozen=True, slots=True)
class Told:
    """The question with its context, and what the context was made of."""

    question: Question
    asker: User
    message_ids: Sequence[str]
    tokens: int


def question_for(turn: DialogueTurn) -> Told:
    """Everything the answerer of this turn may know. Raises NotFound when the dialogue is gone,
    AskerShutOut when its person is.

    Half of what the question and the prompt leave of the context window is for earlier messages;
    an eighth is for what is remembered; the rest is the answerer's, for passages and the answer
    itself.
    """
    session = dialogue_by_id(turn.session_id)
    if session is None or session.deleted_at:
        raise NotFound
    if not session.user.may_sign_in:
        raise AskerShutOut("The account that asked is not active, so nothing was answered.")
    fixed = tokens_of(turn.question.content, session.model_name)
    fixed += tokens_of(session.system_prompt, session.model_name)
    tools = tools_for(session)
    fixed += tokens_of_tools(session) if tools else 0
    budget = max(0, session.context_window - fixed) // 2
    kept, spent, is_whole = _fitting(turn.question, budget, session.model_name)
    first_seq = min((message.seq for message in kept), default=turn.question.seq)
    memory_budget = max(0, session.context_window - fixed) // MEMORY_SHARE
    context = getattr(session, "context", None)
    question = Question(
        content=turn.question.content,
        history=[Said(message.role, message.content) for message in kept],
        book=session.book,
        character=session.character,
        current_chapter=context.current_chapter if context else None,
        system_prompt=session.system_prompt,
        temperature=float(session.temperature),
        model_name=session.model_name,
        context_window=session.context_window,
        tools=tools,
        companion=companion_told(session, turn.question),
        remembered=remembered_for(session, first_seq, memory_budget, is_whole=is_whole),
    )
    return Told(question, session.user, [str(message.id) for message in kept], fixed + spent)


def remember(turn: DialogueTurn, told: Told, chapters: Sequence[int]) -> None:
    """Keep what a turn was told and which chapters it came upon (inside the turn's transaction)."""
    context, _ = DialogueContext.objects.select_for_update().get_or_create(
        session_id=turn.session_id
    )
    context.discussed_chapters = sorted({*context.discussed_chapters, *chapters})
    context.context_messages = list(told.message_ids)
    context.context_tokens = told.tokens
    owe_digest(context)
    context.save(
        update_fields=[
            "discussed_chapters",
            "context_messages",
            "context_tokens",
            "digest_due_at",
            "updated_at",
        ]
    )


class Earlier(NamedTuple):
    """Of an earlier message, what an answerer is told and what puts it in its place. Whole rows are
    several times as dear to make, and these are most of what a turn in a long dialogue reads."""

    id: UUID
    seq: int
    role: str
    content: str
    reply_to: UUID | None


def _fitting(
    question: DialogueMessage, budget: int, model_name: str
) -> tuple[list[Earlier], int, bool]:
    """The newest messages that fit, oldest first, their tokens, and whether they are all there are.
    A gap would mislead: the first message that does not fit ends it."""
    kept: list[Earlier] = []
    spent, is_whole = 0, True
    for message in _backwards(question):
        cost = tokens_of(message.content, model_name) + TOKENS_PER_MESSAGE
        if spent + cost > budget:
            is_whole = False
            break
        kept.append(message)
        spent += cost
    # Each answer after its question: one that was asked for again came late.
    asked: dict[UUID | None, int] = {message.id: message.seq for message in kept}
    kept.sort(key=lambda one: (asked.get(one.reply_to, one.seq), one.seq))
    return kept, spent, is_whole


def _backwards(question: DialogueMessage) -> Iterator[Earlier]:
    """What was said before a question, newest first: living words of either side."""
    edge = question.seq
    while True:
        rows = (
            DialogueMessage.objects.filter(
                session_id=question.session_id,
                deleted_at__isnull=True,
                seq__lt=edge,
                id__lt=question.pk,
            )
            # An answer that was replaced later is what the question went on from.
            .filter(Q(replaced_by__isnull=True) | Q(replaced_by__gt=question.pk))
            .order_by("-seq")
            .values_list("id", "seq", "role", "content", "reply_to_message_id")[:_PAGE]
        )
        page = [Earlier(*row) for row in rows]
        for message in page:
            if message.role in TOLD_ROLES and message.content:
                yield message
        if len(page) < _PAGE:
            return
        edge = page[-1].seq
