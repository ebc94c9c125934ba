"""What a person reads when everything runs."""

import http.client
import json
from pathlib import Path

from chatcore.embedded.errors import CannotRun
from chatcore.embedded.supervisor import Supervisor

_TRY = """Three things to try:
  1. Sign in at {address}/ as a member and ask the demo book a question.
  2. In a private window, ask {address}/support/ what the Circle plan costs, then for a
     person; the first agent finds you at {address}/console/.
  3. Read the API at {address}/api/v1/docs/, or `manage.py doctor` for the state of everything."""


def wait_for_web(supervisor: Supervisor, host: str, port: int) -> None:
    """Until the web process answers anything. Raises CannotRun if it dies at each start."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    while not _answers(host, port):
        if supervisor.young_deaths("web") >= 4:
            last = "\n  ".join(supervisor.tail("web")[-3:])
            raise CannotRun(
                f"The web process does not start. Its last words:\n  {last}",
                "mend what they name; `manage.py doctor` checks the rest",
            )
        supervisor.watch(0.05)


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def text(address: str, data_dir: Path, *, seconds: float, accounts: bool) -> str:
    """The whole notice; passwords only where `accounts`, which is at the first start."""
    lines = ["", f"Chatcore runs: {address}   (started in {seconds:.1f} s, Ctrl-C stops it)", ""]
    lines += _accounts(data_dir / "demo-accounts.json", shown=accounts)
    lines += [f"Everything it keeps lies in {data_dir}", "", _TRY.format(address=address), ""]
    return "\n".join(lines)


def _accounts(path: Path, *, shown: bool) -> list[str]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return []
    if not shown:
        return [f"The demo accounts stand in {path}", ""]
    rows = [f"  {a['role']:<11} {a['username']:<16} {a['password']}" for a in found]
    return ["Demo accounts (also in demo-accounts.json there):", *rows, ""]
