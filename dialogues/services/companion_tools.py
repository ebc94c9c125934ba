"""The companion's tools: write an event down, find what was said. Run as the person who asked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from django.utils import timezone
from pydantic import Field

from chatcore.models import User
from dialogues.answerers.companion_grammar import search_in
from dialogues.models import DialogueType, LifeEventType
from dialogues.models.life_events import DESCRIPTION_MAX, LEVEL_MOST
from dialogues.selectors.companion import companion_found
from dialogues.selectors.life_events import life_event_out, mental_state_of
from dialogues.selectors.said import said_about
from dialogues.selectors.wording import event_in_words, state_in_words
from dialogues.services.life_events import log_event
from dialogues.services.tools import Arguments, RegisteredTool, register_tool

FOUND_MOST = 5
EXCERPT = 300
_HOURS_MOST = 24 * 366

Level = Annotated[int, Field(ge=0, le=LEVEL_MOST)]


class LogLifeEvent(Arguments):
    event_type: LifeEventType
    description: Annotated[str, Field(max_length=DESCRIPTION_MAX)] = ""
    energy_level: Level = Field(description="How the person stood afterwards, 0 to 100.")
    stress_level: Level = Field(description="The same for stress, 0 to 100.")
    hours_ago: float = Field(0, ge=0, le=_HOURS_MOST, description="0: just now.")


class SearchMessages(Arguments):
    words: Annotated[str, Field(min_length=1, max_length=300)]


def _log(user: User, asked: LogLifeEvent) -> Mapping[str, Any]:
    event = log_event(
        user,
        event_type=asked.event_type.value,
        description=asked.description,
        energy_level=asked.energy_level,
        stress_level=asked.stress_level,
        timestamp=timezone.now() - timedelta(hours=asked.hours_ago),
    )
    told = event_in_words(event.event_type, event.description)
    state = state_in_words(mental_state_of(user, timezone.now()))
    levels = f"energy {event.energy_level}, stress {event.stress_level}"
    message = f"I have noted: {told} ({levels}). You can correct it in your diary.\n{state}"
    return {"message": message, "life_event": life_event_out(event)}


def _search(user: User, asked: SearchMessages) -> Mapping[str, Any]:
    """The person's own words alone; that they asked for them before is no find."""
    session = companion_found(user)
    rows = said_about(session, asked.words, FOUND_MOST * 4, ("user",)) if session else ()
    found = [row for row in rows if not search_in(row["content"])][:FOUND_MOST]
    messages = [{"seq": r["seq"], "said": _excerpt(r["content"]), "on": _day(r)} for r in found]
    if not found:
        return {"message": f"I find nothing that you said about “{asked.words}”.", "found": []}
    lines = [f"• {one['on']}: “{one['said']}”" for one in messages]
    return {"message": "\n".join(["You said:", *lines]), "found": messages}


def _excerpt(content: str) -> str:
    return content if len(content) <= EXCERPT else f"{content[:EXCERPT].rsplit(' ', 1)[0]} …"


def _day(row: Mapping[str, Any]) -> str:
    at: datetime = row["created_at"]
    return f"{at:%d %b %Y}".lstrip("0")


for _tool in (
    RegisteredTool(
        "log_life_event",
        "Write down something that happened to the person.",
        LogLifeEvent,
        _log,
        offered_in=DialogueType.COMPANION,
    ),
    RegisteredTool(
        "search_messages",
        "What the person said earlier in this conversation, by words.",
        SearchMessages,
        _search,
        offered_in=DialogueType.COMPANION,
    ),
):
    register_tool(_tool)
