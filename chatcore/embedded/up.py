"""`manage.py up`: everything the product needs, in one terminal, until Ctrl-C."""

import argparse
import contextlib
import json
import os
import resource
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

from chatcore.embedded import given, welcome
from chatcore.embedded.errors import CannotRun
from chatcore.embedded.files import ensure_secret, write_json
from chatcore.embedded.folder import CHECKOUT, chosen_data_dir, held, open_data_dir
from chatcore.embedded.owner import Owner
from chatcore.embedded.ports import refusal
from chatcore.embedded.postgres import Postgres
from chatcore.embedded.prepared import is_prepared, note_prepared
from chatcore.embedded.programs import OWN, child_env, command, own_program, prepare_program
from chatcore.embedded.screen import Screen
from chatcore.embedded.supervisor import StopAsked, Supervisor
from chatcore.embedded.valkey import Valkey


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `up`, for us and for `manage.py help up`."""
    parser.add_argument(
        "--host", default=os.environ.get("HOST", "127.0.0.1"), help="where to listen"
    )
    parser.add_argument("--port", type=_port, default=os.environ.get("PORT", "8000"))
    parser.add_argument("--data-dir", type=Path, help="instead of CHATCORE_DATA_DIR")
    parser.add_argument("--no-demo", action="store_true", help="load no demo accounts and rooms")
    parser.add_argument(
        "--only",
        choices=["services", *OWN],
        help="services: PostgreSQL and Valkey alone, their addresses printed as one line of JSON; "
        "web, worker, beat: that process alone, unsupervised, as in a container",
    )
    parser.add_argument("--until-eof", action="store_true", help="stop when the input is closed")
    parser.add_argument(
        "--throwaway", action="store_true", help="a passing data folder, nothing made durable"
    )


def _port(word: str) -> int:
    if not (word.isascii() and word.isdecimal() and 0 < int(word) < 65536):
        raise argparse.ArgumentTypeError(f"{word!r} is no port: give a number from 1 to 65535")
    return int(word)


def main(words: list[str]) -> int:
    """Run `up` with these arguments; the exit code."""
    parser = argparse.ArgumentParser(prog="manage.py up", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(words))


def run(options: argparse.Namespace) -> int:
    """Run with parsed options; failures are told with cause and mend on stderr, exit code 1."""
    _allow_many_sockets()
    try:
        if options.only in OWN:
            words = command(options.only, options.host, options.port)
            os.execv(words[0], words)
        return _supervise(options)
    except CannotRun as stopped:
        Screen(sys.stderr).plain(f"\n✘ {stopped.cause}\n  Mend: {stopped.mend}")
        return 1


def _allow_many_sockets() -> None:
    """Each socket is an open file, and the usual limit of 1,024 is only a habit: take what the system
    allows. Whatever we start inherits it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # macOS says "unlimited" and means less
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _supervise(options: argparse.Namespace) -> int:
    # With --only services, stdout carries the one line of JSON and nothing else.
    screen = Screen(sys.stderr if options.only else sys.stdout)
    data_dir = _data_dir(options)
    owner = open_data_dir(data_dir)
    if not (options.throwaway or options.data_dir or "CHATCORE_DATA_DIR" in os.environ):
        _announce(screen, data_dir, owner)
    name = "localhost" if options.host == "127.0.0.1" else options.host
    address = f"http://{name}:{options.port}"
    with held(data_dir, address=address):
        supervisor = Supervisor(screen, data_dir)
        supervisor.catch_signals()
        if options.until_eof:
            threading.Thread(target=_wait_for_eof, args=[supervisor], daemon=True).start()
        try:
            _start(supervisor, data_dir, owner, options, address)
            supervisor.watch()
        except StopAsked:
            screen.line("up", "stopping")
        finally:
            supervisor.stop_all()
            if options.throwaway:
                shutil.rmtree(data_dir, ignore_errors=True)
    screen.line("up", "stopped")
    return 0


def _start(
    supervisor: Supervisor, data_dir: Path, owner: Owner, options: argparse.Namespace, address: str
) -> None:
    began = time.monotonic()
    supervisor.stop_orphans()
    if not options.only and (stopped := refusal(options.port, options.host)):
        raise stopped
    ensure_secret(data_dir / "secret-key")
    urls = start_services(supervisor, data_dir, owner, durable=not options.throwaway)
    if options.only:
        print(json.dumps({**urls, "data_dir": str(data_dir)}), flush=True)
        return
    env = child_env(urls, data_dir, options.host, options.port)
    first = not is_prepared(data_dir, urls["DATABASE_URL"])
    if first:
        _prepare(supervisor, data_dir, env, demo=not options.no_demo)
    web, *others = [own_program(label, options.host, options.port, env) for label in OWN]
    # The first page before the rest: three at once would halve its share of a small machine.
    supervisor.start(web)
    welcome.wait_for_web(supervisor, options.host, options.port)
    for program in others:
        supervisor.start(program)
    supervisor.screen.plain(
        welcome.text(address, data_dir, seconds=time.monotonic() - began, accounts=first)
    )


def start_services(
    supervisor: Supervisor, data_dir: Path, owner: Owner, *, durable: bool = True
) -> dict[str, str]:
    """Check what the environment names, start what it does not; the addresses of both."""
    urls = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")}
    embedded: dict[str, str] = {}
    postgres = None if urls["DATABASE_URL"] else Postgres(data_dir, owner, durable=durable)
    valkey = None if urls["REDIS_URL"] else Valkey(data_dir, owner, durable=durable)
    for service in (postgres, valkey):
        if service:
            supervisor.start(service.make_ready())
    if postgres:
        postgres.wait_ready(supervisor)
        embedded |= {"DATABASE_URL": postgres.url, "ADMIN_DATABASE_URL": postgres.admin_url}
    else:
        given.check_database(urls["DATABASE_URL"])
    if valkey:
        valkey.wait_ready(supervisor)
        embedded["REDIS_URL"] = valkey.url
    else:
        given.check_redis(urls["REDIS_URL"])
    write_json(data_dir / "services.json", embedded)
    return {name: embedded.get(name) or urls[name] for name in urls}


def _prepare(supervisor: Supervisor, data_dir: Path, env: dict[str, str], *, demo: bool) -> None:
    supervisor.screen.line("up", "preparing the database")
    if supervisor.run(prepare_program(env, demo=demo)):
        raise CannotRun(
            "The database could not be prepared; the lines marked `prepare` say why.",
            "mend what they name and start again; `manage.py doctor` checks the rest",
        )
    note_prepared(data_dir, env["DATABASE_URL"])


def _announce(screen: Screen, data_dir: Path, owner: Owner) -> None:
    if not data_dir.is_relative_to(CHECKOUT):
        screen.line("up", f"{owner.name}, as whom the services run, can't reach {CHECKOUT}")
        screen.line("up", f"so the data lies in {data_dir}; CHATCORE_DATA_DIR names another place")


def _data_dir(options: argparse.Namespace) -> Path:
    if options.throwaway:
        return Path(tempfile.mkdtemp(prefix="chatcore-"))
    return Path(options.data_dir).resolve() if options.data_dir else chosen_data_dir()


def _wait_for_eof(supervisor: Supervisor) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    supervisor.stop_soon()
