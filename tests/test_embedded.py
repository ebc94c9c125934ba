"""The supervisor, through its real command: start, stop, die, come back."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
import redis

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = ("DATABASE_URL", "REDIS_URL", "CHATCORE_DATA_DIR", "PORT", "HOST")


class Up:
    """One `manage.py up --only services` that runs."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.process = up("--only=services", "--data-dir", str(data_dir))
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, self.process.communicate()[1]
        self.urls: dict[str, str] = json.loads(line)

    def pid(self, label: str) -> int:
        return noted_pid(self.data_dir, label)

    def stop(self) -> None:
        self.process.terminate()
        # PostgreSQL alone has a minute to write its last checkpoint.
        assert self.process.wait(90) == 0

    def query(self, statement: str) -> object:
        with psycopg.connect(self.urls["DATABASE_URL"], connect_timeout=2) as connection:
            found = connection.execute(statement)
            row = found.fetchone() if found.description else None
        return row[0] if row else None

    def ping(self) -> object:
        with redis.Redis.from_url(self.urls["REDIS_URL"], socket_timeout=2) as client:
            return client.ping()


def noted_pid(data_dir: Path, label: str) -> int:
    return int(json.loads((data_dir / "run" / f"{label}.json").read_text())["pid"])


def up(*words: str, **env: str) -> subprocess.Popen[str]:
    """Start the command without the test servers' addresses."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "up", *words],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k not in NOT_OURS} | env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def refused(*words: str, **env: str) -> str:
    """What the command says as it gives up: cause and mend, exit code 1."""
    process = up(*words, **env)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1, said
    assert "✘" in said
    assert "Mend:" in said
    assert "Traceback" not in said
    return said


def eventually(holds: Callable[[], object], seconds: float = 5) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            if holds():
                return
        except (psycopg.Error, redis.RedisError):
            pass
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.05)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder that the services' user can pass through to, whoever runs the tests."""
    parent = Path(tempfile.mkdtemp(prefix="chatcore-up-"))
    parent.chmod(0o755)
    yield parent / "data"
    for file in (parent / "data" / "run").glob("*.json"):
        end(json.loads(file.read_text()).get("pid"))
    shutil.rmtree(parent)


def lives(pid: int) -> bool:
    """A zombie does not: some containers have nobody who buries orphans."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def end(pid: int | None) -> None:
    if pid and lives(pid):
        psutil.Process(pid).kill()


def test_it_keeps_data_and_addresses_and_leaves_no_process(data_dir: Path) -> None:
    first = Up(data_dir)
    first.query("CREATE TABLE kept (n int)")
    pids = [first.pid(label) for label in ("postgres", "valkey")]
    first.stop()
    assert not [pid for pid in pids if lives(pid)]

    second = Up(data_dir)
    assert second.urls == first.urls
    assert second.query("SELECT count(*) FROM kept") == 0
    second.stop()


def test_its_secrets_are_for_its_user_only(data_dir: Path) -> None:
    run = Up(data_dir)
    secrets = ["secret-key", "services.json", "postgres.json", "valkey.json", "valkey/valkey.conf"]
    modes = [stat.S_IMODE((data_dir / name).stat().st_mode) for name in secrets]
    assert modes == [0o600] * len(secrets)
    assert stat.S_IMODE((data_dir / "postgres").stat().st_mode) == 0o700
    assert run.query("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    address = run.urls["DATABASE_URL"].rpartition("@")[2]
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(f"postgres://chatcore@{address}")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(f"redis://{run.urls['REDIS_URL'].rpartition('@')[2]}").ping()
    run.stop()


def test_a_killed_server_is_back_within_5_seconds(data_dir: Path) -> None:
    run = Up(data_dir)
    works: dict[str, Callable[[], object]] = {
        "postgres": lambda: run.query("SELECT 1"),
        "valkey": run.ping,
    }
    for label, answer in works.items():
        os.kill(run.pid(label), signal.SIGKILL)
        eventually(answer)
    run.stop()


def test_it_takes_over_after_its_own_kill(data_dir: Path) -> None:
    killed = Up(data_dir)
    killed.query("CREATE TABLE kept (n int)")
    orphans = [killed.pid(label) for label in ("postgres", "valkey")]
    killed.process.kill()
    killed.process.wait()
    assert all(lives(pid) for pid in orphans)

    again = Up(data_dir)
    assert again.query("SELECT count(*) FROM kept") == 0
    assert not [pid for pid in orphans if lives(pid)]
    again.stop()


def test_it_finds_an_orphan_without_its_pid_file(data_dir: Path) -> None:
    killed = Up(data_dir)
    orphans = [killed.pid(label) for label in ("postgres", "valkey")]
    killed.process.kill()
    killed.process.wait()
    shutil.rmtree(data_dir / "run")

    again = Up(data_dir)
    assert again.ping()
    assert not [pid for pid in orphans if lives(pid)]
    again.stop()


def test_a_pid_that_now_belongs_to_another_is_left_alone(data_dir: Path) -> None:
    Up(data_dir).stop()
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    lock = data_dir / "postgres" / "data" / "postmaster.pid"
    lock.write_text(f"{other.pid}\n{lock.parent}\n")
    (data_dir / "run" / "web.json").write_text(json.dumps({"pid": other.pid, "birth": "before"}))

    run = Up(data_dir)
    assert run.query("SELECT 1") == 1
    assert other.poll() is None
    run.stop()
    other.kill()
    other.wait()


def test_it_refuses_a_second_run_on_the_same_folder(data_dir: Path) -> None:
    run = Up(data_dir)
    said = refused("--only=services", "--data-dir", str(data_dir))
    assert str(run.process.pid) in said
    assert run.query("SELECT 1") == 1
    run.stop()


def test_it_runs_everything_and_brings_back_what_dies(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    run = up("--data-dir", str(data_dir), "--no-demo", PORT=str(port))
    assert run.stdout
    said = "".join(iter(run.stdout.readline, "Three things to try:\n"))
    assert f"http://localhost:{port}" in said
    threading.Thread(target=run.stdout.read, daemon=True).start()
    labels = ["web", "worker", "beat", "postgres", "valkey"]
    pids = {label: noted_pid(data_dir, label) for label in labels}

    def ready() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
        except httpx.HTTPError:
            return False

    eventually(ready, 30)
    for label in ("web", "worker", "beat"):
        os.kill(pids[label], signal.SIGKILL)
    eventually(lambda: all(noted_pid(data_dir, label) != pids[label] for label in labels[:3]))
    eventually(ready, 30)

    pids = {label: noted_pid(data_dir, label) for label in labels}
    run.send_signal(signal.SIGINT)
    assert run.wait(30) == 0
    assert not [label for label, pid in pids.items() if lives(pid)]


def test_it_stops_when_its_input_closes() -> None:
    with subprocess.Popen(
        [sys.executable, "manage.py", "up", "--only=services", "--throwaway", "--until-eof"],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k not in NOT_OURS},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        folder = Path(json.loads(process.stdout.readline())["data_dir"])
        assert folder.exists()
        process.stdin.close()
        assert process.wait(30) == 0
    assert not folder.exists()


def test_it_says_so_when_the_port_is_taken(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused("--data-dir", str(data_dir), PORT=str(port))
    assert f"Port {port}" in said
    assert not (data_dir / "postgres").exists()


def test_it_says_so_when_a_given_server_is_of_no_use(data_dir: Path) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        scheme = "postgres" if name == "DATABASE_URL" else "redis"
        said = refused("--data-dir", str(data_dir), **{name: f"{scheme}://u:p@127.0.0.1:1/0"})
        assert name in said


def test_it_says_so_when_the_folder_is_out_of_reach() -> None:
    with tempfile.TemporaryDirectory() as closed:  # of mode 0700
        if os.geteuid() == 0:
            said = refused("--only=services", CHATCORE_DATA_DIR=f"{closed}/data")
            assert "nobody" in said
        else:
            Path(closed).chmod(0o500)
            said = refused("--only=services", CHATCORE_DATA_DIR=f"{closed}/data")
        assert "CHATCORE_DATA_DIR" in said
