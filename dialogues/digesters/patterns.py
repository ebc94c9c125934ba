"""What a person says of themselves, found without a model: a table of plain sentences in English.

Each row: what is looked for, the category and key it tells, how sure that is, and whether it is one
entry of a list. A question tells nothing, nor does what somebody quotes or merely supposes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from chatcore.models.conversations import CONTENT_MAX
from dialogues.digesters.cleaning import clean_text
from dialogues.digesters.port import Learned
from dialogues.models.facts import FactCategory

_NAME = r"(?P<value>[^\W\d_][\w’'-]*(?: (?-i:[A-ZÀ-Þ][\w’'-]+)){0,2})"
# Up to where the sentence ends, or goes on with something else.
_REST = (
    r"(?P<value>[^.;!?\n]{1,80}?)(?=\s*(?:[.;!?\n]|,? (?:and|but|because|so|since|though) "
    r"(?:I|my|we|it)\b|$)|\s+(?:now|too|as well|these days)\b)"
)
_KIN = (
    "sister|brother|mother|father|mum|mom|dad|wife|husband|partner|daughter|son|friend|colleague|"
    "manager|boss|teacher|cat|dog"
)


@dataclass(frozen=True, slots=True)
class _Pattern:
    found: re.Pattern[str]
    category: FactCategory
    key: str
    confidence: float
    is_item: bool = False


def _row(
    pattern: str, category: FactCategory, key: str, confidence: float, *, is_item: bool = False
) -> _Pattern:
    return _Pattern(re.compile(pattern, re.IGNORECASE), category, key, confidence, is_item)


_ME, _LIKE, _HABIT = (
    FactCategory.PERSONAL_INFO,
    FactCategory.PREFERENCES,
    FactCategory.CONTEXT_PATTERNS,
)
_PATTERNS = [
    _row(rf"\bmy name(?:’s|'s| is) {_NAME}", _ME, "name", 0.95),
    _row(rf"\b(?:please )?call me {_NAME}", _ME, "name", 0.9),
    _row(r"\bI(?: am|’m|'m) (?P<value>\d{1,3}) years old\b", _ME, "age", 0.95),
    _row(rf"\bI live in {_REST}", _ME, "home", 0.9),
    _row(rf"\bI(?: have|’ve|'ve)? moved to {_REST}", _ME, "home", 0.8),
    _row(rf"\bI(?: am|’m|'m| come) from {_REST}", _ME, "origin", 0.8),
    _row(rf"\bI work as (?:an? |the )?{_REST}", _ME, "work", 0.9),
    _row(rf"\bI work (?:at|for) {_REST}", _ME, "employer", 0.85),
    _row(rf"\bmy time ?zone is {_REST}", _ME, "timezone", 0.9),
    _row(
        rf"\bmy (?P<kin>{_KIN}) (?:is called|is named|’s name is|'s name is) {_NAME}",
        _ME,
        "key_relationships",
        0.85,
        is_item=True,
    ),
    _row(rf"\bmy favou?rite (?P<key>[a-z ]{{2,30}}?) is {_REST}", _LIKE, "favourite", 0.9),
    _row(rf"\bI(?: would|’d|'d)? prefer {_REST}", _LIKE, "prefers", 0.8, is_item=True),
    _row(rf"\bI (?:really |also )?(?:like|love|enjoy) {_REST}", _LIKE, "likes", 0.75, is_item=True),
    _row(
        rf"\bI (?:really )?(?:hate|dislike|do(?: not|n’t|n't) like|can(?:not|’t|'t) stand) {_REST}",
        _LIKE,
        "dislikes",
        0.8,
        is_item=True,
    ),
    _row(
        rf"\bI(?: am|’m|'m) (?:very )?interested in {_REST}",
        _LIKE,
        "topics_of_interest",
        0.85,
        is_item=True,
    ),
    _row(
        rf"\bI(?: am|’m|'m) (?:stressed|anxious|worried|nervous) about {_REST}",
        _HABIT,
        "stress_triggers",
        0.7,
        is_item=True,
    ),
    _row(rf"\bI (?:usually|always|often) {_REST}", _HABIT, "habits", 0.65, is_item=True),
    _row(rf"\bremind me (?:to|of|about) {_REST}", _HABIT, "reminders", 0.8, is_item=True),
    _row(
        r"\bmy (?P<value>[^.;!?\n]{1,60} (?:is due|deadline is) [^.;!?\n]{1,40})",
        _HABIT,
        "deadlines",
        0.75,
        is_item=True,
    ),
]
_SHORT = re.compile(r"\b(?:be brief|keep it short|short answers?|answer briefly)\b", re.IGNORECASE)
_LONG = re.compile(r"\b(?:in (?:more )?detail|long(?:er)? answers?|at length)\b", re.IGNORECASE)
_STEPS = re.compile(r"\bstep[- ]by[- ]step\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’(?!\w)")
_SUPPOSED = re.compile(r"^\W*(?:if|suppose|imagine|pretend|what if)\b", re.IGNORECASE)
_FILLER = re.compile(r"^(?:to be honest|the|it|this|that|you|how|what)$", re.IGNORECASE)


def facts_in(seq: int, text: str) -> Iterator[Learned]:
    """What one message of the person tells."""
    for sentence in statements(text):
        for pattern in _PATTERNS:
            if found := pattern.found.search(sentence):
                yield from _learned(seq, pattern, found)
    yield from _wishes(seq, text)


def statements(text: str) -> list[str]:
    """The sentences that say something, without what they quote."""
    lines = (_QUOTED.sub(" ", clean_text(line, CONTENT_MAX)) for line in text.splitlines())
    said = (found.group().strip() for line in lines for found in _SENTENCE.finditer(line))
    return [s for s in said if s and not s.endswith("?") and not _SUPPOSED.match(s)]


def _learned(seq: int, pattern: _Pattern, found: re.Match[str]) -> Iterator[Learned]:
    groups = found.groupdict()
    value = groups["value"].strip(" ,’'\"")
    if not value or _FILLER.match(value):
        return
    key = f"favourite_{groups['key']}" if groups.get("key") else pattern.key
    told = f"{groups['kin'].lower()}:{value}" if groups.get("kin") else value
    number = int(told) if pattern.key == "age" else told
    yield Learned(seq, pattern.category, key, number, pattern.confidence, pattern.is_item)


def _wishes(seq: int, text: str) -> Iterator[Learned]:
    """How the person wants to be answered: said of one answer, so less sure of all."""
    for pattern, length in ((_SHORT, "short"), (_LONG, "long")):
        if pattern.search(text):
            yield Learned(seq, _LIKE, "preferred_response_length", length, 0.6)
            break
    if _STEPS.search(text):
        category = FactCategory.LEARNED_BEHAVIORS
        yield Learned(seq, category, "responds_well_to", "step_by_step", 0.6, is_item=True)
