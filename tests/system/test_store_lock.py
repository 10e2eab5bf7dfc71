#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Another process holds the database for half a minute: nobody who asks waits
for it, a sender that connects meanwhile is live at once, and nothing of the
recordings is missing afterwards; not either where the server stops meanwhile."""
import os
import sqlite3
import sys
import time

from pitbox import Stack, need

need("pitbox-agent", "pitbox-server", "pitbox-sim")

# How long the lock lasts is the matter itself.
LOCK_S = 30
ROWS = 600
# Half of all answers. Who waits for the database waits for all of LOCK_S, or a
# second for each line; a busy machine takes some more than the 1 ms it needs.
ANSWER_S = 0.5


class Lock:
    """As sqlite3 pitbox.db 'BEGIN EXCLUSIVE' in a terminal that is left open."""

    def __init__(self, stack):
        self.db = sqlite3.connect(os.path.join(stack.data, "pitbox.db"),
                                  isolation_level=None)
        self.db.execute("BEGIN EXCLUSIVE")

    def release(self):
        self.db.execute("COMMIT")
        self.db.close()


def timed(stack, path):
    begin = time.monotonic()
    answer = stack.get(path)
    return time.monotonic() - begin, answer


def indexed(stack, session):
    return stack.get(f"/api/v1/sessions/{session}")["bytes"]


def sizes(stack, driver, session):
    folder = os.path.join(stack.data, "recordings", driver, session)
    return [os.path.getsize(os.path.join(folder, f))
            for f in sorted(os.listdir(folder))]


def check_all_indexed(stack, sessions):
    """The index of each session has each byte of its files and ends with it."""
    db = sqlite3.connect(os.path.join(stack.data, "pitbox.db"))
    for session in sessions:
        pk, ended, reason = db.execute(
            "SELECT pk, ended_utc_us, end_reason FROM sessions WHERE id = ?",
            (session,)).fetchone()
        known = [b for b, in db.execute(
            "SELECT bytes FROM segments WHERE session = ? AND closed ORDER BY n",
            (pk,))]
        points, = db.execute("SELECT count(*) FROM points WHERE session = ?",
                             (pk,)).fetchone()
        assert ended and known == sizes(stack, "car1", session), (session, known)
        assert points > 0, session
        print(f"ok {session}: {sum(known)} bytes, {points} points; {reason}")
    db.close()


def ask_all(stack, session, times):
    for path in ("/api/v1/drivers/car1/live", "/api/v1/drivers",
                 "/api/v1/sessions", f"/api/v1/sessions/{session}", "/metrics"):
        seconds, answer = timed(stack, path)
        times.setdefault(path.replace(session, "SESSION"), []).append(seconds)
        if path.endswith("/live"):
            yield answer["tick"]


def held_up(stack):
    """Returns the sessions that were recorded and the agent of the last one."""
    agent = stack.start_agent("car1", "--mode", "telemetry")
    stack.wait(lambda: stack.state("car1") == "live", "car1 is live")
    first = stack.driver("car1")["session_id"]
    stack.wait(lambda: indexed(stack, first) > 0, "an index")
    lock = Lock(stack)
    before = indexed(stack, first)
    times = {}
    ticks = []
    end = time.monotonic() + LOCK_S
    while time.monotonic() < end - LOCK_S / 2:
        ticks += ask_all(stack, first, times)
        time.sleep(0.2)
    during = indexed(stack, first)
    assert during == before, "the lock held nobody up: nothing was tested"
    stack.wait(lambda: stack.get("/api/v1/drivers/car1/live")["tick"]
               > ticks[0] + ROWS, "live goes on")
    recording = stack.driver("car1")["recording"]
    assert recording["state"] == "unindexed", recording
    assert "another process holds the database up" in recording["failure"]
    print("state:", recording["failure"])

    # A sender that starts anew: its session cannot be opened in the database.
    agent.stop()
    began = time.monotonic()
    again = stack.start_agent("car1", "--mode", "telemetry",
                              name="agent-again")
    stack.wait(lambda: stack.driver("car1")["session_id"] not in (None, first)
               and stack.state("car1") == "live"
               and (stack.driver("car1")["start"] or {}).get("row_ms") is not None,
               "car1 is live again")
    seconds = time.monotonic() - began
    second = stack.driver("car1")["session_id"]
    # The database is locked all the while: nothing else proves more.
    print(f"locked: a new sender is live after {seconds * 1000:.0f} ms")
    while time.monotonic() < end:
        for _ in ask_all(stack, first, times):
            time.sleep(0.2)
    assert stack.get("/api/v1/sessions")["sessions"][0]["id"] == first
    lock.release()
    for path, each in times.items():
        each.sort()
        print(f"locked for {LOCK_S} s: GET {path} {each[len(each) // 2] * 1000:.1f}"
              f" ms, at most {each[-1] * 1000:.0f} ms")
        assert each[len(each) // 2] < ANSWER_S, path
        assert each[-1] < LOCK_S / 3, path
    # All that was written meanwhile stands in the index a moment later.
    stack.wait(lambda: (r := stack.driver("car1")["recording"])["state"] == "on"
               and stack.get("/api/v1/sessions")["sessions"][0]["id"] == second
               and indexed(stack, second) >= r["bytes"] - 20000,
               "the index has caught up")
    recording = stack.driver("car1")["recording"]
    assert recording["dropped_bytes"] == 0, recording
    return [first, second], again


def main():
    with Stack() as stack:
        stack.add_driver("car1")
        stack.start_server()
        stack.start_sim("car1")
        sessions, agent = held_up(stack)
        stack.server.stop()
        check_all_indexed(stack, sessions)

        # Stopped while it is held up, with a session that never got in.
        stack.start_server(name="server2")
        stack.wait(lambda: stack.state("car1") == "live", "car1 is back", 30)
        old = stack.driver("car1")["session_id"]
        stack.wait(lambda: indexed(stack, old) > 0, "an index")
        lock = Lock(stack)
        agent.stop()
        stack.start_agent("car1", "--mode", "telemetry", name="agent-third")
        stack.wait(lambda: stack.driver("car1")["session_id"] not in (None, old),
                   "another session")
        new = stack.driver("car1")["session_id"]
        stack.wait(lambda: stack.driver("car1")["recording"]["bytes"] > 20000,
                   "some of it is recorded")
        began = time.monotonic()
        assert stack.server.stop() == 0
        print(f"locked: stopped in {time.monotonic() - began:.1f} s")
        lock.release()
        stack.start_server(name="server3")
        stack.server.wait_for("that the database did not have")
        check_all_indexed(stack, [old, new])


if __name__ == "__main__":
    sys.exit(main())
