"""The page docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.figures import PEERS, Part, table
from tests.benchmarks.machine import ROOT

PATH = ROOT / "docs" / "benchmarks.md"

_HEAD = """# Benchmarks

Written by `make bench`; nothing here is typed by hand. The generator, the server and the database share
one machine, so every figure includes all three. Machines are noisy: compare ratios within one run, and
look first at CPU per message, which varies least. *naive* is the chat of the Channels tutorial saved
through the ORM, at its best settings; *ceiling* is a bare probe without users, rights or refused repeats.
"""

_BUSY = (
    "\n\nThe machine was not ours alone: other programs used up to {others:.1f} cores. Times and rates of "
    "this run say little; CPU per message and the ratios to the peers hold."
)
_QUIET = 0.2


def write(facts: Sequence[tuple[str, str]], parts: Sequence[Part]) -> Path:
    """Replace the page; its path within the project."""
    lines = [f"| {name} | {value} |" for name, value in facts]
    text = "\n".join([_HEAD, "| | |", "|---|---|", *lines, *map(section, parts), _summary(parts)])
    PATH.write_text(text.rstrip() + "\n")
    return PATH.relative_to(ROOT)


def show(part: Part) -> None:
    """To the terminal, as soon as it is measured, without the proofs."""
    print(section(replace(part, evidence=())), flush=True)


def section(part: Part) -> str:
    """One part: title, table, notes, and what proves it."""
    blocks = [f"\n## {part.title}\n", table(part, PEERS) if part.figures else ""]
    blocks += [f"\n{note}" for note in part.notes]
    if part.others is not None:
        blocks.append(f"\nOther programs used {part.others:.1f} cores meanwhile.")
    for caption, text in part.evidence:
        blocks += [f"\n<details><summary>{caption}</summary>\n", "```", text, "```", "</details>"]
    return "\n".join(blocks)


def _summary(parts: Sequence[Part]) -> str:
    judged = [figure for part in parts for figure in part.figures if figure.goal]
    short = [figure.what for figure in judged if figure.verdict != "met"]
    told = "; ".join(short) or "none"
    text = (
        f"\n## In short\n\n{len(judged) - len(short)} of {len(judged)} goals met. Not met: {told}."
    )
    others = max((part.others or 0 for part in parts), default=0)
    return text + (_BUSY.format(others=others) if others > _QUIET else "")
