"""What a person may say to the task list without a model behind it, in English."""

import re
from dataclasses import dataclass
from typing import Any

# A command is a sentence; the longest title has 200 characters, the longest description 1,000.
LONGEST = 1_500


@dataclass(frozen=True, slots=True)
class Command:
    """A tool and its arguments, as they are to be called for."""

    tool: str
    arguments: dict[str, Any]


# "#2", "task 2", "task #2", "number 2".
_TASK = r"(?:the\s+)?(?:task|todo|item)?\s*(?:number\s*|no\.?\s*|#\s*)?(?P<number>\d{1,9})"
_LIST = r"(?:(?:my|the)\s+)?(?:(?:task|todo|to-do)\s*-?\s*)?(?:list|tasks|todos|to-dos)"
_POLITE = re.compile(
    r"^(?:(?:hi|hello|hey)[,!. ]+)?(?:please|(?:can|could|would|will) you(?: please)?|i(?:'d| would) like"
    r" (?:you )?to|i (?:want|need) (?:you )?to)[, ]+",
    re.IGNORECASE,
)
_AFTER = re.compile(r"(?:[, ]+(?:please|for me|thanks|thank you))*[.!? ]*$", re.IGNORECASE)

# The first that fits is meant. `{}`: filled in below.
_SAYINGS: list[tuple[str, str, dict[str, Any]]] = [
    (
        rf"(?:show|list|display|read|see|view|give)(?: me)?(?: all)?(?: of)? {_LIST}",
        "list_tasks",
        {},
    ),
    (rf"(?:what(?:'s| is| are| do i have)(?: left)?)(?: on| in)? {_LIST}", "list_tasks", {}),
    (r"(?:my |the |list |show )?(?:tasks|todos|list)", "list_tasks", {}),
    (
        r"(?:what (?:do|should) i (?:have to|need to|still have to)? ?do)",
        "list_tasks",
        {"completed": False},
    ),
    (
        (
            r"(?:(?:show|list|display|see|view|what are)(?: me)?(?: all)? )?(?:my |the )?"
            r"(?:open|pending|unfinished|remaining|incomplete|uncompleted) (?:tasks|todos|list)"
        ),
        "list_tasks",
        {"completed": False},
    ),
    (
        (
            r"(?:(?:show|list|display|see|view|what are)(?: me)?(?: all)? )?(?:my |the )?"
            r"(?:completed|complete|done|finished|closed) (?:tasks|todos|list)"
        ),
        "list_tasks",
        {"completed": True},
    ),
    (
        rf"(?:reopen|re-open|undo|uncomplete|open|uncheck) {_TASK}(?: again)?",
        "update_task",
        {"completed": False},
    ),
    (
        (
            rf"(?:mark|set) {_TASK} (?:as |to )?(?:not (?:done|complete|completed|finished)|open|undone"
            r"|incomplete|pending)(?: again)?"
        ),
        "update_task",
        {"completed": False},
    ),
    (rf"(?:complete|finish|close|check off|tick off|check|tick|do) {_TASK}", "complete_task", {}),
    (
        rf"(?:mark|set|tick|check) {_TASK} (?:off|(?:as |to )?(?:done|complete|completed|finished))",
        "complete_task",
        {},
    ),
    (rf"{_TASK} (?:is |was )?(?:done|complete|completed|finished)", "complete_task", {}),
    (
        rf"(?:i(?:'ve| have)? |i'm |i am )?(?:finished|completed|did|done)(?: with)? {_TASK}",
        "complete_task",
        {},
    ),
    (rf"(?:delete|remove|drop|erase|cancel) {_TASK}(?: from {_LIST})?", "delete_task", {}),
    (
        (
            rf"(?:describe {_TASK} as|(?:change|set|update) the description of {_TASK} to)"
            r"(?:\s*:)?\s+(?P<description>.+)"
        ),
        "update_task",
        {},
    ),
    (
        (
            rf"(?:rename|retitle|update|change|edit)(?: the (?:title|name) of)? {_TASK}(?:'s title)?"
            r" (?:to|into|as)(?:\s*:)?\s+(?P<title>.+)"
        ),
        "update_task",
        {},
    ),
    (
        (
            rf"(?:add|put|write|note)(?: down)?(?: an?| the)?(?: new)?(?: (?:task|todo|item)(?: to|:)?)?"
            rf"\s+(?P<title>.+?)\s+(?:to|on|onto|in) {_LIST}"
        ),
        "add_task",
        {},
    ),
    (
        (
            r"(?:add|create|make|new|note)(?: me)?(?: an?)?(?: new)? (?:task|todo)"
            r"(?:\s*:| to| called| named| for)?\s+(?P<title>.+)"
        ),
        "add_task",
        {},
    ),
    (
        rf"(?:remind me to|remember to|add)(?:\s*:)? (?P<title>(?!(?:to|on) {_LIST}\Z).+)",
        "add_task",
        {},
    ),
]


def _once(pattern: str) -> str:
    """Where a sentence can be said in two ways, each names the task: the second by another name."""
    head, found, tail = pattern.rpartition("(?P<number>")
    return f"{head.replace('(?P<number>', '(?P<first>')}{found}{tail}"


_GRAMMAR = [
    (re.compile(rf"{_once(pattern)}\Z", re.IGNORECASE | re.DOTALL), tool, fixed)
    for pattern, tool, fixed in _SAYINGS
]
_QUOTED = re.compile(r"[\"'“‘](?P<inner>.+)[\"'”’]", re.DOTALL)


def call_in(content: str) -> Command | None:
    """The command that a sentence is; None when it is none of ours."""
    if len(content) > LONGEST:
        return None
    sentence = _AFTER.sub("", _POLITE.sub("", " ".join(content.split()).replace("’", "'")))
    for pattern, tool, fixed in _GRAMMAR:
        if found := pattern.match(sentence):
            return Command(tool, _arguments(found.groupdict()) | fixed)
    return None


def _arguments(said: dict[str, str | None]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    if number := said.get("number") or said.get("first"):
        arguments["number"] = int(number)
    for name in ("title", "description"):
        if text := said.get(name):
            arguments[name] = _tidy(text)
    return arguments


def _tidy(text: str) -> str:
    """Without the quotation marks around it, and with a capital: 'buy groceries' is 'Buy groceries'."""
    quoted = _QUOTED.fullmatch(text.strip())
    text = (quoted["inner"] if quoted else text).strip()
    return text[:1].upper() + text[1:]
