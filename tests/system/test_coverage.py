#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A driver whose rows lie in tens of thousands of stretches: which are missing
is said page by page, and nobody else waits for it."""
import sqlite3
import sys
import threading
import time

from pitbox import Stack, need

need("pitbox-server")

STRETCHES = 43000
STEP_MS = 4000


def fill(stack):
    """Stretches of 2 s, each 4 s, of one session; the last one ends now."""
    first = int(time.time() * 1000) - STRETCHES * STEP_MS
    with sqlite3.connect(f"{stack.data}/pitbox.db") as db:
        cursor = db.execute(
            "INSERT INTO sessions (id, driver_id, device, started_utc_us, "
            "ended_utc_us, kind) VALUES ('s-1', 'car1', 'pc', ?, ?, 'live')",
            (first * 1000, (first + STRETCHES * STEP_MS) * 1000))
        db.executemany(
            "INSERT INTO row_ranges (session, segment, run_id, first, n, "
            "start_utc_us, end_utc_us, driver_id) "
            "VALUES (?, ?, 7, ?, 120, ?, ?, 'car1')",
            ((cursor.lastrowid, n // 2, n * 240, (first + n * STEP_MS) * 1000,
              (first + n * STEP_MS + 2000) * 1000) for n in range(STRETCHES)))
    return first


class Others:
    """Somebody else asks the server all the time."""

    def __init__(self, stack):
        self.stack = stack
        self.longest = 0
        self.ends = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.ends.is_set():
            began = time.monotonic()
            self.stack.get("/api/v1/drivers")
            self.longest = max(self.longest, time.monotonic() - began)
            time.sleep(0.01)

    def stop(self):
        self.ends.set()
        self.thread.join()
        return self.longest


def test_pages(stack, first):
    """All pages together say what one would: nothing twice, nothing left
    out."""
    end = first + STRETCHES * STEP_MS
    others = Others(stack)
    longest, began = 0, time.monotonic()
    found, at, pages = [], first, 0
    while at is not None:
        asked = time.monotonic()
        page = stack.get("/api/v1/drivers/car1/coverage?"
                         f"from_utc_ms={at}&to_utc_ms={end}")
        longest = max(longest, time.monotonic() - asked)
        assert len(page["intervals"]) <= 2001, len(page["intervals"])
        assert at == first or page["intervals"][0]["from_utc_ms"] == at, at
        found += page["intervals"]
        at = page["next_from_utc_ms"]
        pages += 1
    print(f"{STRETCHES} stretches in {pages} answers, "
          f"{time.monotonic() - began:.2f} s, the longest {longest:.3f} s; "
          f"others waited {others.stop():.3f} s at most")
    assert pages > 10, pages
    assert len(found) == 2 * STRETCHES - 1, len(found)
    for n, interval in enumerate(found):
        assert interval == {
            "state": "missing" if n % 2 else "measured",
            "from_utc_ms": first + n * STEP_MS // 2,
            "to_utc_ms": first + (n + 1) * STEP_MS // 2}, (n, interval)


def main():
    with Stack() as stack:
        stack.add_driver("car1")
        first = fill(stack)
        stack.start_server()
        test_pages(stack, first)


if __name__ == "__main__":
    sys.exit(main())
