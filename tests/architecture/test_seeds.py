"""docs/seeds.md names tests: each of them exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT

PAGE = ROOT / "docs" / "seeds.md"


def test_every_test_that_the_page_of_the_seeds_names_exists() -> None:
    known = {*_tests(), *(path.stem for path in (ROOT / "tests").rglob("test_*.py"))}
    named = list(_named())
    assert len(named) > 200, "premise: the page is read"
    assert [f"line {line}: {name}" for line, name in named if name not in known] == []


def test_every_file_of_tests_that_it_names_exists() -> None:
    paths = re.findall(r"`(tests/[\w./-]*)`", PAGE.read_text(encoding="utf-8"))
    assert [path for path in paths if not (ROOT / path).exists()] == []


def _named() -> Iterator[tuple[int, str]]:
    """(line, test) of the last column: `test_x`, or `…x`, or `…told: x`."""
    for number, line in enumerate(PAGE.read_text(encoding="utf-8").splitlines(), 1):
        shown_by = line.rstrip(" |").rpartition("|")[2] if line.startswith("|") else ""
        for word in re.findall(r"`([^`]+)`", shown_by):
            prefix, dots, short = word.partition("…")
            name = f"test_{short.removeprefix('told: ')}" if dots and not prefix else word
            if name.startswith("test_"):
                yield number, name


def _tests() -> Iterator[str]:
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(Path(path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name
