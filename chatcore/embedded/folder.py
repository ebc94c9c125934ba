"""The data folder: where it lies, who may enter, who holds it."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatcore.embedded.errors import CannotRun
from chatcore.embedded.files import read_json, write_json
from chatcore.embedded.owner import Owner, services_owner

CHECKOUT = Path(__file__).resolve().parent.parent.parent
SHARED_STATE = Path("/var/lib/chatcore")
ROOM_NEEDED_MB = 400


def default_data_dir() -> Path:
    """`./var`; for root, where the services' user can't pass through to it, one below /var/lib."""
    local = CHECKOUT / "var"
    if services_owner(local).can_reach(CHECKOUT):
        return local
    mark = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]
    return SHARED_STATE / f"{CHECKOUT.name}-{mark}"


def chosen_data_dir() -> Path:
    """CHATCORE_DATA_DIR, relative to where we stand, else the default."""
    given = os.environ.get("CHATCORE_DATA_DIR", "")
    return Path(given).expanduser().resolve() if given else default_data_dir()


def open_data_dir(path: Path) -> Owner:
    """Make the folder if it is missing and say who runs the services in it.

    Mode 0700; run as root 0711, so that the services' user can pass through to its own folders.
    Raises CannotRun if it can't be made, entered, or holds too little room.
    """
    try:
        _make(path)
    except OSError as error:
        raise CannotRun(
            f"The data folder {path} can't be made: {error.strerror}.",
            "choose a folder that you may write with CHATCORE_DATA_DIR=/some/folder",
        ) from None
    owner = services_owner(path)
    if not owner.can_reach(path):
        raise CannotRun(
            f"The user {owner.name}, as whom the services run, can't pass through to {path}.",
            "choose a folder that everybody may pass through with CHATCORE_DATA_DIR, "
            "for example /var/lib/chatcore/data, or run as an ordinary user",
        )
    room = shutil.disk_usage(path).free // 2**20
    if room < ROOM_NEEDED_MB:
        raise CannotRun(
            f"Only {room} MB are free where {path} lies; {ROOM_NEEDED_MB} MB are needed.",
            "free some space, or choose another place with CHATCORE_DATA_DIR",
        )
    return owner


def _make(path: Path) -> None:
    mode = 0o711 if os.geteuid() == 0 else 0o700
    make_parents(path.parent)
    path.mkdir(mode=mode, exist_ok=True)
    found = path.stat()
    if found.st_uid != os.geteuid():
        raise CannotRun(
            f"The data folder {path} belongs to the user with the number {found.st_uid}.",
            "run as that user, or choose another folder with CHATCORE_DATA_DIR",
        )
    path.chmod(mode)
    run = path / "run"
    run.mkdir(mode=0o700, exist_ok=True)


def make_parents(path: Path) -> None:
    """As `mkdir -p`, but open to passers-by whatever the umask; what exists stays as it is."""
    if not path.exists():
        make_parents(path.parent)
        path.mkdir()
        path.chmod(0o755)


@contextmanager
def held(path: Path, *, address: str) -> Iterator[None]:
    """Hold the folder for ourselves; the lock ends with this process, however it ends.

    Raises CannotRun if another `up` holds it.
    """
    handle = os.open(path / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        other = read_json(path / "run" / "up.json")
        os.close(handle)
        raise CannotRun(
            f"Chatcore already runs from {path} (process {other.get('pid', 'unknown')}, "
            f"{other.get('address', 'address unknown')}).",
            "use that one, stop it with Ctrl-C where it runs, "
            "or give this one its own CHATCORE_DATA_DIR and PORT",
        ) from None
    try:
        write_json(path / "run" / "up.json", {"pid": os.getpid(), "address": address})
        yield
    finally:
        (path / "run" / "up.json").unlink(missing_ok=True)
        os.close(handle)
