"""A table of who gets which outcome, in a file: row, outcome, and the kinds of user who get it.

`ACCESS_WRITE=1` writes what is found; read the difference as a reviewer would.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Row = dict[str, str]


def row_of(outcomes: Mapping[str, str]) -> Row:
    """By outcome, the kinds who get it."""
    got = dict.fromkeys(outcomes.values())
    return {each: ", ".join(kind for kind in outcomes if outcomes[kind] == each) for each in got}


@dataclass(frozen=True)
class AccessTable:
    """`wanted` names the rows that it must have, no more and no less."""

    name: str
    wanted: Callable[[], set[str]]

    @property
    def path(self) -> Path:
        return Path(__file__).parent / "contract" / self.name

    @property
    def rows(self) -> dict[str, Row]:
        found: dict[str, Row] = json.loads(self.path.read_text()) if self.path.exists() else {}
        return found

    def compare(self, found: Mapping[str, Row]) -> None:
        """Each row with the file; all differences at once."""
        if os.environ.get("ACCESS_WRITE"):
            wanted, stored = self.wanted(), {**self.rows, **found}
            kept = {name: row for name, row in stored.items() if name in wanted}
            self.path.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
            return
        should = self.rows
        wrong = [
            f"{name}\n  is     {row}\n  should {should.get(name, 'have a row: ACCESS_WRITE=1 helps')}"
            for name, row in found.items()
            if row != should.get(name)
        ]
        assert not wrong, "\n".join(wrong)
