#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Another process holds the database for seconds: nobody who asks waits for it,
and nothing of the recording is missing afterwards."""
import os
import sqlite3
import sys
import time

from pitbox import Stack, need

need("pitbox-agent", "pitbox-server", "pitbox-sim")

LOCK_S = 9
# The answer itself takes milliseconds; a busy machine some more.
ANSWER_S = 1.0


def timed(stack, path):
    begin = time.monotonic()
    answer = stack.get(path)
    return time.monotonic() - begin, answer


def indexed(stack, session):
    return stack.get(f"/api/v1/sessions/{session}")["bytes"]


def main():
    with Stack() as stack:
        stack.add_driver("car1")
        stack.start_server()
        stack.start_sim("car1")
        stack.start_agent("car1", "--mode", "telemetry")
        stack.wait(lambda: stack.state("car1") == "live", "car1 is live")
        session = stack.driver("car1")["session_id"]
        stack.wait(lambda: indexed(stack, session) > 0, "an index")

        db = sqlite3.connect(os.path.join(stack.data, "pitbox.db"),
                             isolation_level=None)
        db.execute("BEGIN EXCLUSIVE")
        before = indexed(stack, session)
        slowest = {}
        end = time.monotonic() + LOCK_S
        ticks = []
        while time.monotonic() < end:
            for path in ("/api/v1/drivers/car1/live", "/api/v1/drivers",
                         "/api/v1/sessions", f"/api/v1/sessions/{session}",
                         "/metrics"):
                seconds, answer = timed(stack, path)
                slowest[path] = max(slowest.get(path, 0), seconds)
                if path.endswith("/live"):
                    ticks.append(answer["tick"])
            time.sleep(0.2)
        during = indexed(stack, session)
        db.execute("COMMIT")
        db.close()
        for path, seconds in slowest.items():
            print(f"locked for {LOCK_S} s: GET {path} at most "
                  f"{seconds * 1000:.0f} ms".replace(session, "SESSION"))
            assert seconds < ANSWER_S, f"{path}: {seconds:.2f} s"
        assert during == before, "the lock held nobody up: nothing was tested"
        assert ticks[-1] - ticks[0] > 60 * (LOCK_S - 2), "live stood still"
        # All that was written meanwhile stands in the index a moment later.
        stack.wait(lambda: indexed(stack, session)
                   >= stack.driver("car1")["recording"]["bytes"] - 20000 > before,
                   "the index has caught up")
        recording = stack.driver("car1")["recording"]
        assert recording["state"] == "on", recording
        assert recording["dropped_bytes"] == 0, recording
        files = os.path.join(stack.data, "recordings", "car1", session)
        stack.server.stop()
        size = sum(os.path.getsize(os.path.join(files, f))
                   for f in os.listdir(files))
        db = sqlite3.connect(os.path.join(stack.data, "pitbox.db"))
        known, = db.execute("SELECT sum(bytes) FROM segments").fetchone()
        points, = db.execute("SELECT count(*) FROM points").fetchone()
        db.close()
        assert known == size, f"index {known}, files {size} bytes"
        print(f"ok {known} bytes indexed of {size}, {points} points")


if __name__ == "__main__":
    sys.exit(main())
