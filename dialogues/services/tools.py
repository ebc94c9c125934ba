"""The tools that an answerer may call for: declared here, run here, as the person who asked.

A tool calls services like any other door, so it can do what its person can do and nothing more,
whatever a message, a passage or a model says. Whatever goes wrong is a result that tells the model
so; a tool never stops an answer.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from pydantic import BaseModel, ConfigDict, ValidationError

from chatcore.errors import ChatcoreError
from chatcore.models import User
from chatcore.models.conversations import CONTENT_MAX
from dialogues.answerers.port import Question, Tool, ToolCall
from dialogues.answerers.registry import configured_endpoint
from dialogues.answerers.tokens import tokens_of
from dialogues.answerers.tool_protocol import tools_as_text
from dialogues.models import DialogueSession, DialogueType

log = structlog.get_logger(__name__)

# A window holds at least so many times the tools.
WINDOW_SHARE = 4


class Arguments(BaseModel):
    """The base of every tool's arguments: what is not declared is refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True, slots=True)
class RegisteredTool:
    """`run(user, arguments)` gives a JSON object; its `message` is a sentence for people.
    `offered_in`: the type of dialogue whose answerer may call for it."""

    name: str
    description: str
    arguments: type[Arguments]
    run: Callable[[User, Any], Mapping[str, Any]]
    offered_in: DialogueType = DialogueType.ASSISTANT

    @property
    def declared(self) -> Tool:
        return Tool(
            self.name, self.description, _without_titles(self.arguments.model_json_schema())
        )


def _without_titles(schema: Any) -> Any:
    """pydantic names everything twice, which a model would be charged for."""
    if isinstance(schema, dict):
        return {
            name: _without_titles(part)
            for name, part in schema.items()
            if not (name == "title" and isinstance(part, str))
        }
    return [_without_titles(part) for part in schema] if isinstance(schema, list) else schema


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call: JSON text for the model, and the arguments as they were understood."""

    ok: bool
    content: str
    arguments: Mapping[str, Any]


_tools: dict[str, RegisteredTool] = {}


def register_tool(tool: RegisteredTool) -> None:
    """Offer a tool from now on; its name is unique."""
    if tool.name in _tools:
        raise ValueError(f"two tools are called {tool.name}")
    _tools[tool.name] = tool


def tools_for(session: DialogueSession) -> Sequence[Tool]:
    """What the answerer of a dialogue may call for: the tools of the assistant or of the companion,
    none where a book or a character speaks.

    A model that cannot take tools is spared them by LLM_TOOLS=off, and so is a context window of
    which they would take more than a quarter.
    """
    declared = _declared(session.type)
    if declared and configured_endpoint() and not _fit_a_model(session):
        return ()
    return declared


def tokens_of_tools(session: DialogueSession) -> int:
    """What declaring a dialogue's tools costs of a context window."""
    return _tokens(session.model_name, session.type, len(_tools))


def _fit_a_model(session: DialogueSession) -> bool:
    least = WINDOW_SHARE * tokens_of_tools(session)
    return settings.LLM_TOOLS and session.context_window >= least


def _declared(kind: str) -> list[Tool]:
    return [tool.declared for tool in _tools.values() if tool.offered_in == kind]


@lru_cache(maxsize=64)
def _tokens(model_name: str, kind: str, _count: int) -> int:
    return tokens_of(tools_as_text(Question("", tools=_declared(kind))), model_name)


def run_tool(user: User, call: ToolCall, offered: Collection[Tool]) -> Outcome:
    """Run a call as this person; inside the caller's transaction, with a savepoint of its own.

    What the question did not offer is not run, whoever talked the model into calling for it. Raises
    only when the database is away.
    """
    arguments = _parsed(call.arguments)
    try:
        with transaction.atomic():
            content = _result(user, call, arguments, offered)
    except ChatcoreError as error:
        return _failed(arguments, error.code, _told(error))
    except ValidationError as error:
        return _failed(arguments, "invalid_arguments", _wrong(error))
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("tool_broke", tool=call.name)
        return _failed(arguments, "internal_error", "The tool failed; the fault has been logged.")
    return Outcome(ok=True, content=content, arguments=arguments or {})


def _result(
    user: User, call: ToolCall, arguments: dict[str, Any] | None, offered: Collection[Tool]
) -> str:
    known = [tool.name for tool in offered]
    if call.name not in known:
        detail = f"There is no such tool. There are: {', '.join(known)}."
        raise ChatcoreError(detail, code="unknown_tool")
    tool = _tools[call.name]
    if arguments is None:
        raise ChatcoreError("The arguments are no JSON object.", code="invalid_arguments")
    result = tool.run(user, tool.arguments.model_validate(arguments))
    content = _json({"ok": True, **result})
    if len(content) > CONTENT_MAX:  # it would not be stored, and so must not have happened
        raise ValueError(f"{call.name} said more than a message holds")
    return content


def _parsed(arguments: str) -> dict[str, Any] | None:
    """The arguments as the database can keep them; None when they are no JSON object."""
    try:
        found = orjson.loads(arguments or "{}")
        clean = orjson.loads(orjson.dumps(found).replace(b"\\u0000", b""))
    except (ValueError, TypeError):  # orjson's errors are these
        return None
    return clean if isinstance(clean, dict) else None


def _failed(arguments: dict[str, Any] | None, code: str, message: str) -> Outcome:
    content = _json({"ok": False, "error": code, "message": message})
    return Outcome(ok=False, content=content, arguments=arguments or {})


def _told(error: ChatcoreError) -> str:
    fields = (f"{name}: {' '.join(said)}" for name, said in error.errors.items())
    return " ".join([error.detail, *fields])


def _wrong(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    each = (f"{'.'.join(map(str, e['loc'])) or 'arguments'}: {e['msg']}" for e in found[:5])
    return "; ".join(each) + "."


def _json(result: Mapping[str, Any]) -> str:
    return orjson.dumps(result).decode()
