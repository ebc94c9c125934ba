"""The embedded PostgreSQL: made once, started for each run, asked for with passwords only."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from psycopg import sql

from chatcore.embedded import processes
from chatcore.embedded.binaries import postgres_home
from chatcore.embedded.child import Program
from chatcore.embedded.errors import CannotRun
from chatcore.embedded.files import read_json, write_json, write_private
from chatcore.embedded.owner import Owner, make_folder
from chatcore.embedded.ports import kept_or_free
from chatcore.embedded.supervisor import Supervisor

RECOVERY_SECONDS = 300
STOP_WITH, STOP_SECONDS = signal.SIGINT, 60.0

# For a small machine; `local.conf` beside it is read last and is the operator's own.
_CONF = """# Written by `manage.py up` at each start. Put settings of your own into local.conf.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
password_encryption = scram-sha-256
max_connections = 200
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 8MB
maintenance_work_mem = 128MB
wal_compression = on
max_wal_size = 2GB
min_wal_size = 256MB
checkpoint_completion_target = 0.9
random_page_cost = 1.1
jit = off
fsync = {durable}
synchronous_commit = {durable}
full_page_writes = {durable}
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = ''
log_checkpoints = off
log_min_duration_statement = 2000
autovacuum_vacuum_insert_scale_factor = 0.05
idle_in_transaction_session_timeout = '5min'
recovery_init_sync_method = {sync}
{local}"""


class Postgres:
    """One cluster in `data_dir/postgres`, run as `owner`; `durable` off is for passing data."""

    label = "postgres"

    def __init__(self, data_dir: Path, owner: Owner, *, durable: bool = True) -> None:
        self._folder = data_dir / "postgres"
        self._data = self._folder / "data"
        self._state_file = data_dir / "postgres.json"
        self._owner = owner
        self._durable = durable
        self._home = postgres_home(data_dir, owner)
        self._state = read_json(self._state_file)

    @property
    def url(self) -> str:
        """The product's own role: owner of its database, no superuser."""
        return self._url("chatcore", "password", "chatcore")

    @property
    def admin_url(self) -> str:
        """The superuser, for backups and upkeep."""
        return self._url("postgres", "admin_password", "postgres")

    def make_ready(self) -> Program:
        """All up to the start: the cluster made if missing, settings written, strays stopped."""
        make_folder(self._folder, self._owner)
        self._stop_stray()
        if not (self._data / "PG_VERSION").exists():
            self._state = {}
        for name in ("password", "admin_password"):
            self._state.setdefault(name, secrets.token_urlsafe(24))
        self._state["port"] = kept_or_free(self._state.get("port"))
        write_json(self._state_file, self._state)
        if not (self._data / "PG_VERSION").exists():
            self._init()
        self._check_version()
        self._write_conf()
        return Program(
            label=self.label,
            command=[str(self._home / "bin" / "postgres"), "-D", str(self._data)],
            cwd=self._folder,
            env=self._env,
            owner=self._owner,
            stop_with=STOP_WITH,
            stop_seconds=STOP_SECONDS,
        )

    def wait_ready(self, supervisor: Supervisor) -> None:
        """Until it answers and our role and database are there. Raises CannotRun."""
        began = told = time.monotonic()
        while (why := self._why_not_ready()) is not None:
            now = time.monotonic()
            self._give_up_if_hopeless(supervisor, now - began, why)
            if now - told > 5:
                told = now
                supervisor.screen.line("up", f"waiting for PostgreSQL, {now - began:.0f} s: {why}")
            supervisor.watch(0.05)

    def _why_not_ready(self) -> str | None:
        # It says in the eighth line of its lock file how far it is; asking by connecting
        # would fill the log with refusals.
        try:
            status = (self._data / "postmaster.pid").read_text().splitlines()[7].strip()
        except (OSError, IndexError):
            return "not started yet"
        if status != "ready":
            return "it replays what was not yet written when it last ended"
        try:
            with psycopg.connect(self.admin_url, autocommit=True, connect_timeout=5) as admin:
                self._make_role_and_database(admin)
        except psycopg.OperationalError as error:
            return str(error).strip().splitlines()[-1]
        return None

    def _give_up_if_hopeless(self, supervisor: Supervisor, seconds: float, why: str) -> None:
        if supervisor.young_deaths(self.label) < 6 and seconds < RECOVERY_SECONDS:
            return
        last = "\n  ".join(supervisor.tail(self.label)[-5:]) or why
        raise CannotRun(
            f"PostgreSQL does not start from {self._data}. Its last words:\n  {last}",
            "if it names a setting, mend local.conf there; if the data is damaged, restore a "
            f"backup, or for a fresh start move {self._folder} away",
        )

    def _make_role_and_database(self, admin: psycopg.Connection) -> None:
        role = sql.Identifier("chatcore")
        password = sql.Literal(self._state["password"])
        if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = 'chatcore'").fetchone():
            # May create databases, since the tests make their own.
            made = sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}")
            admin.execute(made.format(role, password))
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = 'chatcore'").fetchone():
            admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))

    def _init(self) -> None:
        """Make the cluster beside its place and move it there, so that none is ever half made."""
        part = self._folder / "data.part"
        shutil.rmtree(part, ignore_errors=True)
        secret = self._folder / "admin-password"
        write_private(
            secret, self._state["admin_password"], uid=self._owner.uid, gid=self._owner.gid
        )
        command = [
            str(self._home / "bin" / "initdb"), "--pgdata", str(part), "--username=postgres",
            "--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            *([] if self._durable else ["--no-sync"]),
        ]  # fmt: skip
        try:
            subprocess.run(
                command, cwd=self._folder, env=self._env, check=True, capture_output=True,
                text=True, **self._owner.spawn_options,
            )  # fmt: skip
        except (subprocess.CalledProcessError, OSError) as error:
            words = getattr(error, "stderr", "") or str(error)
            raise CannotRun(
                f"PostgreSQL can't make its data in {part}:\n  {words.strip()}",
                "see to the rights and the room of that folder, or set DATABASE_URL",
            ) from None
        finally:
            secret.unlink()
        with (part / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude = 'chatcore.conf'\n")
        part.rename(self._data)

    def _check_version(self) -> None:
        stored = (self._data / "PG_VERSION").read_text().strip()
        told = subprocess.run(
            [self._home / "bin" / "postgres", "--version"], capture_output=True, text=True,
            check=True, cwd=self._folder, env=self._env, **self._owner.spawn_options,
        ).stdout  # fmt: skip
        if told.split()[-1].split(".")[0] != stored:
            raise CannotRun(
                f"{self._data} is of PostgreSQL {stored}, the program is {told.strip()}.",
                "install the old requirements again and dump the data, or use pg_upgrade",
            )

    def _write_conf(self) -> None:
        local = self._data / "local.conf"
        text = _CONF.format(
            port=self._state["port"],
            durable="on" if self._durable else "off",
            # After a hard stop: one call instead of one for each of some 2,000 files.
            sync="syncfs" if sys.platform == "linux" else "fsync",
            local="include = 'local.conf'\n" if local.exists() else "",
        )
        write_private(self._data / "chatcore.conf", text, uid=self._owner.uid, gid=self._owner.gid)

    def _stop_stray(self) -> None:
        """End a server of this cluster that no pid file of ours names; drop a lying lock file."""
        lock = self._data / "postmaster.pid"
        try:
            pid = int(lock.read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return
        if str(self._data) in processes.command_line(pid):
            processes.end(pid, STOP_WITH, STOP_SECONDS)
        else:
            # PostgreSQL would refuse to start if any process of its user now has that number.
            lock.unlink(missing_ok=True)

    def _url(self, user: str, password: str, database: str) -> str:
        state = self._state
        return f"postgres://{user}:{state[password]}@127.0.0.1:{state['port']}/{database}"

    @property
    def _env(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
