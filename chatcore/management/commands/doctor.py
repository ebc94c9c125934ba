"""`manage.py doctor`: look at everything, name each problem with its fix."""

import json
import logging
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from chatcore.management.examination import Finding, examine


class Command(BaseCommand):
    """Exit code 1 when something is wrong."""

    help = "Check the machine, the services, the data and the settings."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        logging.disable(logging.WARNING)  # what they would say stands in the table
        findings = examine()
        problems = [finding for finding in findings if not finding.ok]
        if options["json"]:
            report = {"ok": not problems, "findings": [asdict(finding) for finding in findings]}
            self.stdout.write(json.dumps(report, indent=2))
        else:
            self.stdout.write(_table(findings))
            self.stdout.write(f"\n{len(problems)} problems" if problems else "\nAll is well.")
        if problems:
            raise SystemExit(1)


def _table(findings: list[Finding]) -> str:
    width = max(len(finding.name) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{'✔' if finding.ok else '✘'} {finding.name:<{width}}  {finding.state}")
        if not finding.ok:
            lines.append(f"  {'':<{width}}  → {finding.mend}")
    return "\n".join(lines)
