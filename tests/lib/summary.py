#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Closing lines of ./run test: what was skipped and why, and the count."""
import json
import sys

counts = {"passed": 0, "failed": 0, "skipped": 0}
with open(sys.argv[1], encoding="utf-8") as log:
    for line in log:
        test = json.loads(line)
        result = test["result"]
        kind = ("passed" if result in ("OK", "EXPECTEDFAIL") else
                "skipped" if result == "SKIP" else "failed")
        counts[kind] += 1
        out = test.get("stdout") or ""
        for text in out.splitlines():
            if "# SKIP" in text or text.startswith("SKIP:"):
                print(f"skipped in {test['name'].split(' / ')[-1]}: "
                      + text.split("SKIP", 1)[1].lstrip(": "))
print("{passed} passed, {failed} failed, {skipped} skipped".format(**counts))
sys.exit(1 if counts["failed"] or not counts["passed"] else 0)
