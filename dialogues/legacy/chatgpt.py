"""A ChatGPT export: `conversations.json`, alone, in its folder or in the ZIP that OpenAI sends.

Each conversation is a tree, since a question may be asked in other words and an answer given again.
The branch that was read last (`current_node`, up to the root) becomes the dialogue; the others are
counted in the report.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from dialogues.legacy.chatgpt_content import content_of
from dialogues.legacy.json_files import NotJson, array_items
from dialogues.legacy.records import LegacyConversation, LegacyMessage, Record, SourceUnreadable
from dialogues.legacy.report import Report, refuse_all_unreadable
from dialogues.legacy.values import (
    ValueUnreadable,
    believable,
    instant,
    mended,
    mended_json,
    role_of,
    text,
)

# Large exports come in several files.
_NAME = re.compile(r"conversations(-\d+)?\.json")
Node = dict[str, Any]


def is_export(path: Path) -> bool:
    """A ZIP, a file of that name, or a folder that holds one."""
    if path.is_dir():
        return any(_NAME.fullmatch(file.name) and _is_tree(file) for file in path.iterdir())
    return path.suffix.lower() == ".zip" or (
        path.is_file() and bool(_NAME.fullmatch(path.name)) and _is_tree(path)
    )


def records_of(path: Path, owner: str, report: Report) -> Iterator[Record]:
    """Conversations and their messages. Raises SourceUnreadable."""
    for name, file in _files(path):
        try:
            unreadable, good = report.skipped["unreadable"], 0
            for number, item in enumerate(array_items(file), 1):
                for record in _records(item, f"{name}[{number}]", owner, report):
                    good += 1
                    yield record
            if not good:
                refuse_all_unreadable(name, report, unreadable)
        except (NotJson, zipfile.BadZipFile, EOFError) as error:
            raise SourceUnreadable(
                f"{name} cannot be read: {error}", "Fetch the export again; it may be cut off."
            ) from None


def _records(item: Any, place: str, owner: str, report: Report) -> Iterator[Record]:
    """One conversation; whatever is not of the export's form costs this one and no other."""
    try:
        yield from _conversation(item, place, owner, report)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        report.skip("unreadable", place, detail=f"{type(error).__name__}: {error}")


def _conversation(item: Any, place: str, owner: str, report: Report) -> list[Record]:
    mapping: dict[str, Node] = item["mapping"]
    key = mended(text(item.get("conversation_id") or item.get("id")))
    if not key:
        raise ValueUnreadable("without an id")
    branch = _branch(item, mapping, place, key, report)
    others = sum(1 for name, node in mapping.items() if name not in branch and _says(node))
    if others:
        report.skip("other_branch", place, key, f"{others} messages", others)
    conversation = LegacyConversation(
        key=key,
        owner=owner,
        place=place,
        title=mended(text(item.get("title"))),
        created_at=_time(item.get("create_time")),
        updated_at=_time(item.get("update_time")),
        archived=item.get("is_archived") is True,
    )
    said = [_message(key, name, mapping[name], place, report) for name in branch]
    return [conversation, *(message for message in said if message)]


def _branch(
    item: dict[str, Any], mapping: dict[str, Node], place: str, key: str, report: Report
) -> dict[str, None]:
    """The ids from the root to the node last read, in order."""
    leaf = item.get("current_node")
    if leaf not in mapping:
        leaf = max(mapping, key=lambda name: _age(mapping[name]), default=None)
        report.change("branch", place, key)
    upwards: list[str] = []
    while leaf in mapping and leaf not in upwards[-1:]:
        upwards.append(leaf)
        leaf = mapping[leaf].get("parent")
        if len(upwards) > len(mapping):
            raise ValueUnreadable("its nodes run in a circle")
    return dict.fromkeys(reversed(upwards))


def _message(
    conversation: str, name: str, node: Node, place: str, report: Report
) -> LegacyMessage | None:
    message = node.get("message")
    if not message:
        return None  # the root of a tree is empty
    where = f"{place} node {name}"
    metadata = message.get("metadata") or {}
    if metadata.get("is_visually_hidden_from_conversation") or _is_unseen(message):
        report.skip("hidden", where, name)
        return None
    content = content_of(message.get("content") or {})
    if content.hidden:
        report.skip("hidden", where, name, content.kind)
        return None
    if content.left_out:
        report.change("not_text", where, name, f"{len(content.left_out)} parts")
    role, _ = role_of((message.get("author") or {}).get("role"))
    kept: dict[str, Any] = {"parts": content.left_out} if content.left_out else {}
    if attachments := metadata.get("attachments"):
        kept["attachments"] = mended_json(attachments)
    clean = mended(content.text)
    if clean != content.text:
        report.change("mended_text", where, name)
    return LegacyMessage(
        key=f"{conversation}/{name}"[:250],
        conversation=conversation,
        role=role,
        content=clean,
        place=where,
        at=_time(message.get("create_time")),
        model_used=text(metadata.get("model_slug"))[:100],
        kept=kept | _call_of(message, role),
    )


def _call_of(message: dict[str, Any], role: str) -> dict[str, Any]:
    """Whom a message is for or from, where that is a tool."""
    author = (message.get("author") or {}).get("name")
    if role == "tool":
        return {"tool": mended(text(author))}
    recipient = message.get("recipient")
    return {"recipient": mended(text(recipient))} if recipient not in (None, "all") else {}


def _is_unseen(message: dict[str, Any]) -> bool:
    """Empty frames: the system's first message, a model that began and did not go on."""
    parts = (message.get("content") or {}).get("parts")
    return parts is not None and not any(parts)


def _says(node: Node) -> bool:
    message = node.get("message")
    return message is not None and message != {} and not _is_unseen(message)


def _age(node: Node) -> float:
    return float((node.get("message") or {}).get("create_time") or 0)


def _time(value: Any) -> Any:
    try:
        return believable(instant(value))
    except ValueUnreadable:
        return None


def _files(path: Path) -> Iterator[tuple[str, TextIO]]:
    if path.is_dir() or path.suffix.lower() != ".zip":
        files = (
            sorted(f for f in path.iterdir() if _NAME.fullmatch(f.name))
            if path.is_dir()
            else [path]
        )
        for file in files:
            with file.open(encoding="utf-8-sig", errors="replace") as opened:
                yield file.name, opened
        return
    try:
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if _NAME.fullmatch(n.rpartition("/")[2])]
            if not names:
                raise SourceUnreadable(
                    f"{path.name} holds no conversations.json.",
                    "Give the ZIP that ChatGPT's “Export data” sent.",
                )
            for name in sorted(names):
                with archive.open(name) as raw:
                    yield name, io.TextIOWrapper(raw, "utf-8-sig", errors="replace")
    except zipfile.BadZipFile:
        raise SourceUnreadable(
            f"{path.name} is no ZIP archive, or a damaged one.", "Fetch the export again."
        ) from None


def _is_tree(path: Path) -> bool:
    """Whether its first conversation holds a tree: 002's and 004's table bears the same name."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            first = next(array_items(file), None)
    except (NotJson, OSError):
        return False
    return first is None or (isinstance(first, dict) and "mapping" in first)
