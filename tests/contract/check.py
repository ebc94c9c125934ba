"""`python -m tests.contract.check [--write]`: is the OpenAPI document still the one we promised?

The generator must have nothing to complain about, the document must be valid OpenAPI 3.1, and it
must be the one in `openapi.yaml`. `--write` takes the present one, after a look at the difference.
"""

from __future__ import annotations

import difflib
import os
import sys
from pathlib import Path

SNAPSHOT = Path(__file__).with_name("openapi.yaml")


def generated() -> tuple[str, list[str]]:
    """The document as YAML, and what the generator warned of."""
    from drf_spectacular.drainage import GENERATOR_STATS
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.renderers import OpenApiYamlRenderer
    from drf_spectacular.validation import validate_schema

    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        generator = SchemaGenerator()  # type: ignore[no-untyped-call]
        schema = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    validate_schema(schema)  # type: ignore[no-untyped-call]
    warned = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]
    document = OpenApiYamlRenderer().render(schema, renderer_context={})  # type: ignore[no-untyped-call]
    return document.decode(), warned


def difference(document: str) -> str:
    """Empty when the snapshot is the document."""
    stored = SNAPSHOT.read_text() if SNAPSHOT.exists() else ""
    lines = difflib.unified_diff(
        stored.splitlines(), document.splitlines(), "openapi.yaml", "generated", lineterm="", n=2
    )
    return "\n".join(lines)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    document, warned = generated()
    for warning in warned:
        print(f"OpenAPI: {warning}", file=sys.stderr)
    if "--write" in sys.argv:
        SNAPSHOT.write_text(document)
    elif found := difference(document):
        print(found)
        print("If this is meant: make openapi-snapshot", file=sys.stderr)
        return 1
    return 1 if warned else 0


if __name__ == "__main__":
    raise SystemExit(main())
