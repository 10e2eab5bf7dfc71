#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ends what a test run has left behind, and names it: leftovers.py MARK, where each of
its processes has PITBOX_RUN=MARK in its environment."""
import os
import signal
import sys


def ancestors():
    pid = os.getpid()
    while pid > 1:
        yield pid
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
            pid = int(f.read().rpartition(")")[2].split()[1])


def left(mark):
    mine = set(ancestors())
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        try:
            with open(f"/proc/{pid}/environ", "rb") as f:
                words = f.read().split(b"\0")
            with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as f:
                name = f.read().strip()
        except OSError: # it is gone, or somebody else's
            continue
        if pid not in mine and b"PITBOX_RUN=" + mark.encode() in words:
            yield pid, name


names = []
for pid_, name_ in left(sys.argv[1]):
    try:
        os.kill(pid_, signal.SIGKILL)
        names.append(name_)
    except OSError:
        pass
if names:
    print("left behind by tests, and ended: " + ", ".join(sorted(set(names))))
