"""Parts of files: `Range: bytes=0-99` (RFC 9110, section 14), one part at a time."""

import re

from chatcore.errors import RangeNotSatisfiable

_ONE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


def wanted_part(header: str, size: int) -> range | None:
    """The bytes that are asked for; None means the whole, also where the header is none that we know, or
    asks for several parts. Raises RangeNotSatisfiable."""
    found = _ONE.fullmatch(header.replace(" ", ""))
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found.groups()
    if not first:  # the last so many
        part = range(max(size - int(last), 0), size)
    elif last and int(last) < int(first):
        return None
    else:
        part = range(int(first), min(int(last) + 1, size) if last else size)
    if not part:
        raise RangeNotSatisfiable(size)
    return part
