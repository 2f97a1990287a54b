"""Fail if the comparison with the oracle or the leak probes were skipped although what they need is there."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared"
GUARDED = {  # in the name of the cases: what they are called here, what they need, how many must run at least
    "test_shared_oracle": ("oracle cases compared", SHARED / "data", 1),
    "test_the_default_pipeline_passes": ("leak probes run", SHARED / "tools" / "leak_probes.py", 7),
}


def main(*reports: str) -> int:
    """Read pytest reports and say what was skipped."""
    everything = [case for report in reports for case in ET.parse(report).iter("testcase")]
    return max([check(everything, part, *what) for part, what in GUARDED.items()])


def check(everything: list[ET.Element], part: str, title: str, needed: Path, least: int) -> int:
    """Return 1 if cases are missing although what they need is there."""
    cases = [case for case in everything if part in str(case.get("name"))]
    skipped = [(case, reason) for case in cases if (reason := case.find("skipped")) is not None]
    for case, reason in skipped:
        print(f"skipped: {case.get('name')}: {reason.get('message')}")
    ran = len(cases) - len(skipped)
    print(f"{title}: {ran}; skipped: {len(skipped)}")
    if needed.exists() and (ran < least or skipped):
        print(f"{needed} is there, so none of these may be skipped, and at least {least} must run.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
