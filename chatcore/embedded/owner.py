"""As whom the services run: PostgreSQL refuses root, so root lends them an unprivileged user."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatcore.embedded.errors import CannotRun


@dataclass(frozen=True)
class Owner:
    """The user of the services; the same as ours unless we are root."""

    uid: int
    gid: int
    name: str

    @property
    def spawn_options(self) -> dict[str, Any]:
        """What `subprocess` needs to become this user."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_reach(self, folder: Path) -> bool:
        """Whether the user may pass through every folder down to `folder`."""
        return all(self._may(part, 0o1) for part in [folder, *folder.parents] if part.exists())

    def can_read(self, file: Path) -> bool:
        """Whether the user may read `file`."""
        return self.can_reach(file.parent) and self._may(file, 0o4)

    def _may(self, path: Path, bit: int) -> bool:
        if self.uid == 0:
            return True
        found = path.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & (bit << 6))
        if found.st_gid == self.gid:
            return bool(found.st_mode & (bit << 3))
        return bool(found.st_mode & bit)


def services_owner(data_dir: Path) -> Owner:
    """Ourselves; as root whoever owns the database already, else `nobody`; no user is made."""
    if os.geteuid() != 0:
        return _owner(os.geteuid(), os.getegid())
    postgres = data_dir / "postgres"
    if postgres.exists() and postgres.stat().st_uid:
        return _owner(postgres.stat().st_uid, postgres.stat().st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
        return _owner(nobody.pw_uid, nobody.pw_gid)
    except KeyError:
        raise CannotRun(
            "PostgreSQL does not run as root, and this system has no user `nobody`.",
            "run as an ordinary user, or set DATABASE_URL to a server of yours",
        ) from None


def _owner(uid: int, gid: int) -> Owner:
    try:
        return Owner(uid, gid, pwd.getpwuid(uid).pw_name)
    except KeyError:  # a container may run as a number without a name
        return Owner(uid, gid, str(uid))


def make_folder(path: Path, owner: Owner) -> None:
    """Make a folder of ours, mode 0700 for `owner`; one that exists must belong to them."""
    if not path.exists():
        path.mkdir(mode=0o700)
        if owner.uid != os.geteuid():
            os.chown(path, owner.uid, owner.gid)
    found = path.stat()
    if found.st_uid != owner.uid:
        raise CannotRun(
            f"{path} belongs to the user with the number {found.st_uid}, not to {owner.name}.",
            "run as that user, or choose another folder with CHATCORE_DATA_DIR",
        )
    if stat.S_IMODE(found.st_mode) != 0o700:
        path.chmod(0o700)
