"""What a question asks for: its words as terms to search by, and how much each weighs.

- *Names* say what a question is about, but in the passage that answers it people are “he” and
  “she”: a name weighs less than another word of its rarity.
- *Forms*: “steal”, “stole” and “stolen” are one term. A form that the question does not use counts
  for half, as it may be another word (“he saw the saw”).
- *Following up*: “And what colour was it?” goes on about the last question, whose words are searched
  for, too. “What did the Rabbit take out of its pocket?” begins anew.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chatcore.replica import reading_connection
from dialogues.selectors.forms import forms

NAME_WEIGHT = 0.4
FORM_SHARE = 0.5
CONTEXT_WEIGHT = 0.5
# A question of so many words needs no context; one with a pronoun may say more and still need it.
SELF_CONTAINED = 2
SELF_CONTAINED_WITH_PRONOUN = 4
# A question of 10,000 characters is searched by its first words only (stop words count here).
MAX_LEXEMES = 100

_PRONOUNS = {
    "english": "it its he him his she her hers they them their theirs there then that this these those",
    "german": "er ihn ihm sein seine es sie ihr ihre ihnen dort da damals das dies dieser diese dieses",
}
_LEXEMES = """
SELECT config, lexeme, positions[1] AS place
FROM unnest(%(configs)s::text[]) AS config,
     unnest(to_tsvector(config::regconfig, %(text)s))
ORDER BY config, place
"""

# (configuration, lexeme) → weight
_Weights = dict[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A lexeme of a term. Lexemes with the same `term` are forms of one word: the term weighs
    `weight`, and an occurrence of this form counts for `share` of one."""

    config: str
    term: int
    lexeme: str
    share: float
    weight: float


def asked_for(question: str, context: str, configs: set[str]) -> list[Lexeme]:
    """The lexemes to search by, for every text search configuration among the books.

    `context`: an earlier question. Empty when the question says nothing but stop words.
    """
    weights = _own(question, configs)
    if context and _goes_on(question, weights, configs):
        earlier = {word: CONTEXT_WEIGHT * w for word, w in _own(context, configs).items()}
        weights = earlier | weights
    return [lexeme for config in sorted(configs) for lexeme in _terms(config, weights)]


def goes_on(question: str, configs: set[str]) -> bool:
    """Whether a question leaves to the last one what it is about."""
    return _goes_on(question, _own(question, configs), configs)


def names_in(question: str) -> list[str]:
    """Words with a capital inside a sentence; none where all words have one."""
    words = re.findall(r"(?<![.?!]\s)(?<!^)\b[^\W\d_][\w’'.-]*", question)
    names = [word for word in words if word[0].isupper()]
    return names if len(names) < len(words) else []


def _own(question: str, configs: set[str]) -> _Weights:
    """The question's own words; in German every noun has a capital and is no name for it."""
    weights: _Weights = dict.fromkeys(_lexemes(question, configs), 1.0)
    names = " ".join(names_in(question))
    return weights | dict.fromkeys(_lexemes(names, configs - {"german"}), NAME_WEIGHT)


def _goes_on(question: str, weights: _Weights, configs: set[str]) -> bool:
    if names_in(question):
        return False
    pronouns = {word for config in configs for word in _PRONOUNS.get(config, "").split()}
    has_pronoun = not pronouns.isdisjoint(re.findall(r"\w+", question.lower()))
    enough = SELF_CONTAINED_WITH_PRONOUN if has_pronoun else SELF_CONTAINED
    return len(weights) < enough * len(configs)


def _lexemes(text: str, configs: set[str]) -> list[tuple[str, str]]:
    if not text.strip() or not configs:
        return []
    with reading_connection().cursor() as cursor:
        cursor.execute(_LEXEMES, {"configs": sorted(configs), "text": text.replace("\x00", " ")})
        rows = cursor.fetchall()
    return [(config, lexeme) for config, lexeme, place in rows if place <= MAX_LEXEMES]


def _terms(config: str, weights: _Weights) -> Iterable[Lexeme]:
    """The question's words of one configuration, each with its other forms."""
    own = {lexeme: weight for (of, lexeme), weight in weights.items() if of == config}
    kin = forms(config)
    number, done = 0, set[str]()
    for lexeme in own:
        if lexeme in done:
            continue
        shares = _shares(lexeme, kin, own)
        done |= shares.keys()
        number += 1
        weight = max(own.get(form, 0.0) for form in shares)
        for form, share in shares.items():
            yield Lexeme(config, number, form, share, weight)


def _shares(
    lexeme: str, kin: Mapping[str, frozenset[str]], own: Mapping[str, float]
) -> dict[str, float]:
    others = sorted(kin.get(lexeme, ()))
    return {lexeme: 1.0} | {form: 1.0 if form in own else FORM_SHARE for form in others}
