"""The reader of commands: no model. A small grammar for the task list, and honest about being one."""

import json
from collections.abc import Generator, Sequence

from dialogues.answerers.command_grammar import call_in
from dialogues.answerers.librarian import Librarian, spoken
from dialogues.answerers.port import Citation, Delta, Finished, Piece, Question, ToolCall
from dialogues.answerers.tool_protocol import results_in_words
from dialogues.models import Book

NAME = "commands"

_HELP = """\
I am a list of commands, not a mind. I understand:
• Add buy groceries to my list
• Show my tasks (or: my open tasks, my completed tasks)
• Complete task 2, or: reopen task 2
• Rename task 2 to buy bread
• Describe task 2 as two loaves
• Delete task 2"""


class CommandReader:
    """Turns a sentence that it understands into a call of a tool, and says what came of it."""

    def answer(self, question: Question) -> Generator[Piece]:
        """One call, and after it the tool's own sentence; what is no command goes to the librarian,
        who finds it in the books kept as general knowledge, or says what is understood."""
        if question.rounds:
            yield from spoken(results_in_words(question) or "Done.")
            yield Finished(model_used=NAME)
            return
        found = call_in(question.content)
        if found is None:
            yield from _no_command(question)
            return
        yield ToolCall("command", found.tool, json.dumps(found.arguments))
        yield Finished(model_used=NAME)


def _no_command(question: Question) -> Generator[Delta | Citation | Finished]:
    for piece in Librarian(nothing=_help).answer(question):
        if isinstance(piece, Finished) and not piece.confidence_score:
            yield Finished(model_used=NAME)
        else:
            yield piece


def _help(_question: Question, _books: Sequence[Book]) -> str:
    return _HELP
