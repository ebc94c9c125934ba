"""What became of the records: counted by reason, and each written down with where it stood."""

import json
from collections import Counter
from typing import TextIO

from dialogues.legacy.records import SourceUnreadable

EXAMPLES = 3

# Why a record was left out, and why one came along other than it was.
SKIPPED = {
    "unknown_person": "nobody here is this person: map them with --users, or use --create-users",
    "account_closed": "the account here is closed",
    "no_owner": "the source does not say whose it is",
    "empty": "it says nothing",
    "hidden": "the source itself does not show it: instructions, thoughts, empty frames",
    "other_branch": "another branch of the conversation than the one last read",
    "twice": "the same message stands in conversation_messages, too",
    "in_the_future": "its time lies in the future",
    "unreadable": "the row cannot be read",
    "other_record": "another record came under this key before: give the source a --name of its own",
    "deleted_here": "its dialogue was deleted here since",
}
CHANGED = {
    "parts": "longer than 10,000 characters: stored as several messages in a row",
    "mended_text": "NUL characters or broken bytes were taken out or marked with \ufffd",
    "time_of_neighbour": "no believable time: it has its neighbour's",
    "role": "a role that is not known counts as the person's",
    "not_text": "pictures or files are named in the text; the files themselves do not come along",
    "tool_calls": "tool calls of an unknown form are kept in the metadata",
    "metadata": "metadata that is not JSON is kept as text",
    "no_conversation": "its conversation's own row is missing; one was made of its messages",
    "branch": "the export does not say which branch was read last: the newest was taken",
    "other_dialogue": "older than what was said here since: it stands in an archived dialogue beside it",
    "personality": "a personality setting that is not known here: it stands in this report alone",
    "number": "its number was taken: it has the next one",
    "memory": "the companion here has learned that itself since: its own stays",
    "cut": "too long: cut, the whole text stands in this report",
}


class Report:
    """Counts, and lines for the file: `{"outcome", "reason", "place", "key", "detail"?}`."""

    def __init__(self, file: TextIO | None = None) -> None:
        self.skipped: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        self.examples: dict[str, list[str]] = {}
        self.first_detail = ""
        self._file = file

    def skip(
        self, reason: str, place: str, key: str = "", detail: str = "", count: int = 1
    ) -> None:
        """A record that does not come along; `reason` is one of SKIPPED."""
        self.skipped[reason] += count
        if reason == "unreadable":
            self.first_detail = self.first_detail or f"{place}: {detail}"
        self._write("skipped", reason, place, key=key, detail=detail)

    def change(self, reason: str, place: str, key: str = "", detail: str = "") -> None:
        """A record that comes along other than it was; `reason` is one of CHANGED."""
        self.changed[reason] += 1
        self._write("changed", reason, place, key=key, detail=detail)

    def _write(self, outcome: str, reason: str, place: str, *, key: str, detail: str) -> None:
        examples = self.examples.setdefault(reason, [])
        if len(examples) < EXAMPLES:
            examples.append(place)
        if self._file:
            line = {"outcome": outcome, "reason": reason, "place": place, "key": key}
            line |= {"detail": detail} if detail else {}
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")


def refuse_all_unreadable(name: str, report: Report, before: int) -> None:
    """Where rows came and none could be read, the whole is wrong. Raises SourceUnreadable."""
    if count := report.skipped["unreadable"] - before:
        raise SourceUnreadable(
            f"None of the {count:,} rows of {name} could be read; the first: {report.first_detail}.",
            "Is it the right form? --from names it.",
        )
