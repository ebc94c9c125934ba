"""Where the embedded services listen, for every command that is not `up` itself."""

from pathlib import Path

from chatcore.embedded.files import read_json


def service_urls(data_dir: Path) -> dict[str, str] | None:
    """`{"DATABASE_URL": …, "REDIS_URL": …}` as `up` noted them; None before the first `up`.

    A service that came from the environment is not in there. Addresses and passwords are stable,
    so they are given even while nothing listens.
    """
    found = read_json(data_dir / "services.json")
    urls = {name: str(found[name]) for name in ("DATABASE_URL", "REDIS_URL") if found.get(name)}
    return urls or None
