"""What a person may tell the companion without a model behind it, in English: an event, a question
about what was said, about what is remembered, about how they are."""

import re
from dataclasses import dataclass

# A report of an event is a sentence or two; longer texts are told, not logged.
LONGEST = 300

_ASIDE = re.compile(
    r"^(?:(?:hi|hey|hello|well|so|ok|okay|oh|ugh|phew|today|yesterday|tonight|earlier|just now|again"
    r"|this (?:morning|afternoon|evening)|last night)\b[,.!: ]*)+",
    re.IGNORECASE,
)
_LOG = re.compile(
    r"^(?:please )?(?:log|note(?: down)?|record|write down)(?: that| this)?(?: an?)?(?: event)?\s*:?\s+",
    re.IGNORECASE,
)
# Somebody tells what was or is, not what they want or will.
_REPORT = re.compile(
    r"(?:i(?:'ve| have| had| just| was| am|'m)?|had|have|just|went|slept|ran|ate|took|finished|got"
    r"|did|met|worked|back from|my (?:day|night|morning|meeting|sleep|workout|run|boss|lunch|dinner))\b",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"\b(?:want|wish|would|should|could|will|might|may|need|hope|plan|going to|tomorrow|next week|if"
    r"|think|wonder|'ll|'d)\b",
    re.IGNORECASE,
)

# The first that comes up in the sentence is meant; of two at one place the upper one.
_TYPES = [
    (
        "exercise",
        (
            r"work(?:ed)? out|working out|workouts?|gym|r[au]n\b|running|jog|swam|swim|yoga|cycl|biked?\b"
            r"|bike ride|hik(?:e|ed|ing)\b|exercis|walk|climb|football|tennis|basketball|pilates|lifted"
        ),
    ),
    ("sleep", r"slept|sleep|nap\b|napped|woke|insomnia|went to bed"),
    ("meal", r"breakfast|lunch|dinner|supper|brunch|ate\b|eaten|meal|snack|cooked"),
    ("break", r"(?:a|my|short|long|coffee) break\b|rested|relax|meditat|day off|time off|holiday"),
    (
        "work",
        (
            r"meeting|deadline|work|project|boss|client|customer|presentation|e-?mails?\b|office|exam"
            r"|stud(?:y|ied)|homework|interview|colleague|shift|coding|coded"
        ),
    ),
    (
        "social",
        (
            r"friend|family|party|a date\b|met\b|visited|called|talked|chatted|argu|fight|fought"
            r"|mother|mom\b|mum\b|father|dad\b|sister|brother|partner|wife|husband|kids|children"
        ),
    ),
]
_TYPES_RE = [(name, re.compile(rf"\b(?:{words})", re.IGNORECASE)) for name, words in _TYPES]

# Energy and stress after an event of a type, where nothing else is said.
_USUAL = {
    "work": (45, 55),
    "exercise": (70, 30),
    "social": (60, 35),
    "meal": (60, 35),
    "break": (65, 25),
    "sleep": (70, 30),
    "other": (50, 50),
}
_GOOD = (
    r"good|great|well|nice|lovely|wonderful|amazing|happy|fun|relaxing|relaxed|calm|peaceful|productive"
    r"|refresh\w*|energi[sz]\w*|proud|enjoy\w*|excellent|fantastic|deeply"
)
_WEARY = (
    r"bad|badly|poorly|terribl[ey]|awful|awfully|exhaust\w*|tired|drain\w*|restless|barely|hardly|sick|ill"
    r"|long|worn out|too little"
)
_TENSE = (
    r"stress\w*|hectic|overwhelm\w*|anxious|worried|nervous|panic\w*|argu\w*|fight|fought|deadlines?|tense"
    r"|pressure|difficult|hard|tough|angry|upset|frustrat\w*|conflict"
)
_MOODS = [
    (re.compile(rf"\b(?:{_GOOD})\b", re.IGNORECASE), 15, -15),
    (re.compile(rf"\b(?:{_WEARY})\b", re.IGNORECASE), -25, 10),
    (re.compile(rf"\b(?:{_TENSE})\b", re.IGNORECASE), -5, 30),
]
_NOT = r"(?:\bnot|n't|\bno|\bnever|\bwithout)\s+(?:so |very |that |really |too |any |all that )?"
_NOT_GOOD = re.compile(rf"{_NOT}(?:{_GOOD}|sleep|slept)\b", re.IGNORECASE)
_NOT_BAD = re.compile(rf"{_NOT}(?:{_WEARY}|{_TENSE})\b", re.IGNORECASE)
_NAMED = re.compile(
    r"\b(?P<level>energy|stress)(?: level)?(?: is| was| at|:| of)? ?(?P<number>\d{1,3})\b",
    re.IGNORECASE,
)
_AGO = re.compile(
    r"\b(?P<number>an?|half an|one|two|three|\d{1,3}) (?P<unit>minutes?|hours?|days?) ago\b",
    re.IGNORECASE,
)
_NUMBERS = {"a": 1.0, "an": 1.0, "half an": 0.5, "one": 1.0, "two": 2.0, "three": 3.0}
_HOURS = {"m": 1 / 60, "h": 1.0, "d": 24.0}


@dataclass(frozen=True, slots=True)
class Told:
    """An event as the tool `log_life_event` takes it."""

    event_type: str
    description: str
    energy_level: int
    stress_level: int
    hours_ago: float


def event_in(content: str) -> Told | None:
    """The event that a sentence reports; None when it reports none."""
    text = " ".join(content.replace("’", "'").split())
    if len(text) > LONGEST or text.endswith("?"):
        return None
    asked = _LOG.match(text)
    said = text[asked.end() :] if asked else text
    kind = _type_of(said)
    if asked is None and (kind == "other" or not _is_report(said)):
        return None
    energy, stress = _levels(said, kind)
    return Told(kind, said[:1].upper() + said[1:], energy, stress, _hours_ago(text))


def _is_report(text: str) -> bool:
    return bool(_REPORT.match(_ASIDE.sub("", text))) and not _WISH.search(text)


def _type_of(text: str) -> str:
    found = [
        (match.start(), order, name)
        for order, (name, words) in enumerate(_TYPES_RE)
        if (match := words.search(text))
    ]
    return min(found)[2] if found else "other"


def _levels(text: str, kind: str) -> tuple[int, int]:
    energy, stress = _USUAL[kind]
    named = {m["level"].lower(): int(m["number"]) for m in _NAMED.finditer(text)}
    plain = _NOT_BAD.sub(" calm ", _NOT_GOOD.sub(" badly ", _NAMED.sub("", text)))
    for words, more_energy, more_stress in _MOODS:
        if words.search(plain):
            energy, stress = energy + more_energy, stress + more_stress
    return _level(named.get("energy", energy)), _level(named.get("stress", stress))


def _level(number: int) -> int:
    return max(0, min(100, number))


def _hours_ago(text: str) -> float:
    if match := _AGO.search(text):
        number = match["number"].lower()
        many = _NUMBERS[number] if number in _NUMBERS else float(number)
        return min(many * _HOURS[match["unit"][0].lower()], 24.0 * 365)
    return 24.0 if re.search(r"\byesterday\b", text, re.IGNORECASE) else 0.0


_SEARCH = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            r"(?:what|when|where|how often)(?: was it that)? (?:did|have) i (?:ever )?"
            r"(?:say|said|tell|told|mention|mentioned|write|written)(?: you)?(?: to you)?"
            r"(?: about| of| on)? (?P<words>.+)"
        ),
        r"(?:search|look)(?: our (?:messages|history|conversation))?(?: for| up)? (?P<words>.+)",
        r"find(?: what i said about| where i mentioned| messages about)? (?P<words>.+)",
    )
]
_MEMORY = re.compile(
    r"what (?:do|did) you (?:still )?(?:remember|know)(?: (?:about|of) me)?|do you remember me"
    r"|what have you (?:learnt|learned|noted)(?: (?:about|of) me)?",
    re.IGNORECASE,
)
_STATE = re.compile(
    r"how (?:am i|are my|is my)(?: (?:doing|feeling|energy|stress|levels|mood|mental state|state|day|week)"
    r"(?: and (?:energy|stress))?)?(?: (?:today|now|doing|lately|right now))?"
    r"|(?:show|what(?:'s| is)) my (?:mental state|state|energy|stress|mood)(?: level)?",
    re.IGNORECASE,
)
_EVENTS = re.compile(
    r"(?:what happened|what have i (?:done|been doing)|what did i do)(?: (?:lately|recently|today))?"
    r"|(?:(?:show|list)(?: me)? )?my (?:recent |last |life )?events",
    re.IGNORECASE,
)
_HELP = re.compile(
    r"help|who are you|what are you|what can you do|what can i say|what do you understand",
    re.IGNORECASE,
)
_END = re.compile(r"(?:[, ]+please)?[.!? ]*$", re.IGNORECASE)


def search_in(content: str) -> str:
    """The words that somebody asks their own history for; empty when they ask for none."""
    sentence = _sentence(content)
    for pattern in _SEARCH:
        if found := pattern.fullmatch(sentence):
            return found["words"].strip(" \"'“”")
    return ""


def wish_in(content: str) -> str:
    """`memory`, `state`, `events` or `help`; empty for whatever else is said."""
    sentence = _sentence(content)
    wishes = {"memory": _MEMORY, "state": _STATE, "events": _EVENTS, "help": _HELP}
    return next((name for name, words in wishes.items() if words.fullmatch(sentence)), "")


def _sentence(content: str) -> str:
    text = " ".join(content[: LONGEST * 2].replace("’", "'").split())
    return _END.sub("", _ASIDE.sub("", text))
