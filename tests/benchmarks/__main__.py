"""`make bench`: measure, print, and write docs/benchmarks.md.

CHATCORE_BENCH_PEERS names a folder with chats to compare with, CHATCORE_BOOKS one with the books of the
retrieval questions; what is not there is left out, and the page says so.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace

from tests.benchmarks import machine, page
from tests.benchmarks.cpu import Neighbours
from tests.benchmarks.sizes import FULL, QUICK, USUAL
from tests.benchmarks.stand import Stand, allow_many_sockets
from tests.benchmarks.starting import starting

NAMES = (
    "plain",
    "sends",
    "fanout",
    "history",
    "citations",
    "turn_cost",
    "support_day",
    "idle",
    "holding",
    "retrieval",
    "legacy",
    "waiting",
)
# Takes minutes, and leaves much behind that the others would be measured beside.
APART = ("search",)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes; writes no page")
    parser.add_argument("--full", action="store_true", help="10,000 sockets, 10 million rows")
    parser.add_argument("--only", help=f"some of {', '.join(NAMES + APART)}; writes no page")
    options = parser.parse_args()
    size = QUICK if options.quick else FULL if options.full else USUAL
    names = options.only.split(",") if options.only else list(NAMES)
    allow_many_sockets()
    began = time.monotonic()
    with Stand() as stand:
        measured = [starting(stand)]
        page.show(measured[0])
        stand.open_django()
        # They read the settings, for which the stand has only now an address.
        from tests.benchmarks import parts
        from tests.benchmarks.bench import Bench

        bench = Bench(stand, size)
        facts = machine.facts(bench.postgres_version)
        for name in names:
            neighbours = Neighbours()
            part = parts.BY_NAME[name](bench)
            measured.append(replace(part, others=neighbours.cores()))
            page.show(measured[-1])
    print(f"\nmeasured in {time.monotonic() - began:.0f} s")
    if not (options.quick or options.only):
        print("written to", page.write(facts, measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())
