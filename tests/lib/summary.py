#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Closing lines of ./run test: what was skipped and why, and the count.

Usage: summary.py LOG [LOG OF THOSE THAT WERE TRIED AGAIN]
       summary.py --again LOG    names of the tests to be tried again"""
import json
import os
import sys

# What runs whole programs against time. A failure of any other test is final.
SUITES_AGAIN = {"system", "check"}
# More than so many have a cause in common.
MOST_AGAIN = 3


def read(path):
    """Results by name; later ones count."""
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as log:
        return {test["name"]: test for test in map(json.loads, log)}


def kind(test):
    return {"OK": "passed", "EXPECTEDFAIL": "passed",
            "SKIP": "skipped"}.get(test["result"], "failed")


def suites(name):
    """Of "pitbox-relay:system+windows / test_windows_kill"."""
    return set(name.split(" / ")[0].split(":")[-1].split("+"))


def short(name):
    return name.split(" / ")[-1]


def again(tests):
    failed = [test for test in tests.values() if kind(test) == "failed"]
    if len(failed) > MOST_AGAIN or any(
            not suites(test["name"]) & SUITES_AGAIN for test in failed):
        return []
    return [short(test["name"]) for test in failed]


def summary(tests, alone):
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for name, first in tests.items():
        test = alone.get(name, first)
        counts[kind(test)] += 1
        for text in (test.get("stdout") or "").splitlines():
            if "# SKIP" in text or text.startswith("SKIP:"):
                print(f"skipped in {short(name)}: "
                      + text.split("SKIP", 1)[1].lstrip(": "))
        if name in alone and kind(test) == "passed":
            print(f"failed at first, passed alone: {short(name)}")
    print("{passed} passed, {failed} failed, {skipped} skipped".format(
        **counts))
    return counts["passed"] > 0 and counts["failed"] == 0


if sys.argv[1] == "--again":
    print("\n".join(again(read(sys.argv[2]))), end="")
else:
    sys.exit(not summary(read(sys.argv[1]),
                         read(sys.argv[2]) if len(sys.argv) > 2 else {}))
