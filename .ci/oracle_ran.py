"""Fail if the comparison with the oracle was skipped although its data are there."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def main(*reports: str) -> int:
    """Read pytest reports and say what was skipped."""
    everything = [case for report in reports for case in ET.parse(report).iter("testcase")]
    cases = [case for case in everything if "test_shared_oracle" in str(case.get("name"))]
    skipped = [case for case in cases if case.find("skipped") is not None]
    for case in skipped:
        reason = case.find("skipped")
        print(f"skipped: {case.get('name')}: {reason.get('message') if reason is not None else ''}")
    ran = len(cases) - len(skipped)
    print(f"oracle cases compared: {ran}; skipped: {len(skipped)}")
    if SHARED.is_dir() and (ran == 0 or skipped):
        print(f"{SHARED} is there, so no oracle case may be skipped.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
