"""The examples of the documentation, run as they stand."""

from __future__ import annotations

import re

import pytest

from tests.dialogues import lighthouse, worker
from tests.live import ROOT, Stage
from tests.world import PASSWORD

_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", ["docs/clients.md", "docs/live.md"])
def test_it_runs_every_python_example(page: str, stage: Stage) -> None:
    blocks = _BLOCK.findall((ROOT / page).read_text())
    assert blocks, "a page without examples would prove nothing"
    program = (
        "\n".join(blocks)
        .replace("http://localhost:8000", f"http://127.0.0.1:{stage.port}")
        .replace("your-name", stage.world.mira.username)
        .replace("your-password", PASSWORD)
    )
    lighthouse()
    with worker():
        exec(compile(program, page, "exec"), {})  # noqa: S102
