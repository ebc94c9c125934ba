"""The embedded Valkey: broker, channel layer and cache, its broker's part kept on disk."""

import contextlib
import os
import secrets
import signal
import time
from pathlib import Path

import redis

from chatcore.embedded import processes
from chatcore.embedded.binaries import valkey_server
from chatcore.embedded.child import Program
from chatcore.embedded.errors import CannotRun
from chatcore.embedded.files import read_json, write_json, write_private
from chatcore.embedded.owner import Owner, make_folder
from chatcore.embedded.ports import is_free, kept_or_free
from chatcore.embedded.supervisor import Supervisor

STOP_WITH, STOP_SECONDS = signal.SIGTERM, 20.0

# Nothing is ever evicted: a lost broker entry is a lost job.
_CONF = """# Written by `manage.py up` at each start.
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
daemonize no
appendonly {durable}
appendfsync everysec
save ""
maxmemory-policy noeviction
loglevel warning
"""


class Valkey:
    """One server in `data_dir/valkey`, run as `owner`; `durable` off keeps nothing on disk."""

    label = "valkey"

    def __init__(self, data_dir: Path, owner: Owner, *, durable: bool = True) -> None:
        self._folder = data_dir / "valkey"
        self._state_file = data_dir / "valkey.json"
        self._owner = owner
        self._durable = durable
        self._program = valkey_server(data_dir, owner)
        self._state = read_json(self._state_file)

    @property
    def url(self) -> str:
        return f"redis://:{self._state['password']}@127.0.0.1:{self._state['port']}/0"

    def make_ready(self) -> Program:
        """Everything up to the start: folder, settings, strays stopped."""
        make_folder(self._folder, self._owner)
        self._stop_stray()
        self._state.setdefault("password", secrets.token_urlsafe(24))
        self._state["port"] = kept_or_free(self._state.get("port"))
        write_json(self._state_file, self._state)
        conf = self._folder / "valkey.conf"
        text = _CONF.format(
            port=self._state["port"],
            password=self._state["password"],
            folder=_quoted(self._folder),
            durable="yes" if self._durable else "no",
        )
        write_private(conf, text, uid=self._owner.uid, gid=self._owner.gid)
        return Program(
            label=self.label,
            command=[str(self._program), str(conf)],
            cwd=self._folder,
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"},
            owner=self._owner,
            stop_with=STOP_WITH,
            stop_seconds=STOP_SECONDS,
        )

    def wait_ready(self, supervisor: Supervisor) -> None:
        """Until it answers with its data loaded. Raises CannotRun."""
        began = time.monotonic()
        while True:
            try:
                with redis.Redis.from_url(self.url, socket_timeout=5) as client:
                    client.ping()
                    return
            except redis.RedisError as error:
                if supervisor.young_deaths(self.label) >= 6 or time.monotonic() - began > 120:
                    last = "\n  ".join(supervisor.tail(self.label)[-5:]) or str(error)
                    raise CannotRun(
                        f"Valkey does not start from {self._folder}. Its last words:\n  {last}",
                        f"move {self._folder} away (only queued jobs are in it), or set REDIS_URL",
                    ) from None
            supervisor.watch(0.05)

    def _stop_stray(self) -> None:
        """End a server of ours that no pid file tells of: two would spoil the same log."""
        if "password" not in self._state or is_free(int(self._state.get("port") or 0)):
            return
        with contextlib.suppress(redis.RedisError):
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                pid = int(client.info("server")["process_id"])
            processes.end(pid, STOP_WITH, STOP_SECONDS)


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
