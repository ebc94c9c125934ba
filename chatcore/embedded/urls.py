"""Where the embedded services of a data folder listen. No Django here: settings read this."""

import json
from pathlib import Path


def service_urls(data_dir: Path) -> dict[str, str] | None:
    """`{"DATABASE_URL": …, "REDIS_URL": …}` as the supervisor wrote them, or None."""
    try:
        found = json.loads((data_dir / "services.json").read_text())
    except (OSError, ValueError):
        return None
    return {name: str(found[name]) for name in ("DATABASE_URL", "REDIS_URL") if name in found}
