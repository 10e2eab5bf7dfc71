#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The database's file is taken away while the server records: it says so within
seconds, drivers stay live, and after a restart what was recorded is there."""
import os
import shutil
import sqlite3
import sys
import time

from pitbox import Stack, need

need("pitbox-agent", "pitbox-server", "pitbox-sim")

# It takes about a second, and more on a busy machine.
NOTICED_S = 30


def session_bytes(stack, session):
    folder = os.path.join(stack.data, "recordings", "car1", session)
    return sum(os.path.getsize(os.path.join(folder, f))
               for f in os.listdir(folder))


def check_noticed(stack, words):
    began = time.monotonic()
    recording = stack.wait(
        lambda: (r := stack.driver("car1")["recording"])["state"] == "unindexed"
        and r, "the server notices", NOTICED_S)
    print(f"noticed after {time.monotonic() - began:.1f} s: "
          f"{recording['failure']}")
    assert words in recording["failure"], recording
    assert "Restart" in recording["failure"], recording
    assert words in stack.server.err()
    answer = stack.get("/api/v1/sessions", expect=503)
    assert answer["code"] == "store_gone", answer
    assert 'pitbox_recording_indexed{driver="car1"} 0' in stack.get("/metrics")


def check_live(stack):
    before = stack.get("/api/v1/drivers/car1/live")["tick"]
    bytes_before = stack.driver("car1")["recording"]["bytes"]
    stack.wait(lambda: stack.get("/api/v1/drivers/car1/live")["tick"]
               > before + 120, "rows go on")
    stack.wait(lambda: stack.driver("car1")["recording"]["bytes"]
               > bytes_before, "the recording goes on")


def check_adopted(stack, session):
    info = stack.get(f"/api/v1/sessions/{session}")
    assert "found among the recordings" in info["end_reason"], info
    assert info["bytes"] == session_bytes(stack, session), info
    db = sqlite3.connect(os.path.join(stack.data, "pitbox.db"))
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


def main():
    with Stack() as stack:
        db = os.path.join(stack.data, "pitbox.db")
        stack.add_driver("car1")
        backup = stack.path("backup.db")
        shutil.copy(db, backup)
        stack.start_server()
        stack.start_sim("car1")
        stack.start_agent("car1", "--mode", "telemetry")
        stack.wait(lambda: stack.state("car1") == "live"
                   and stack.driver("car1")["recording"]["bytes"] > 20000,
                   "car1 is recorded")
        first = stack.driver("car1")["session_id"]

        # Deleted; a device that is added now is in another file.
        os.unlink(db)
        check_noticed(stack, "deleted or replaced")
        check_live(stack)
        assert stack.server.stop() == 0
        # The backup knows the device.
        shutil.copy(backup, db)
        stack.start_server(name="server2")
        check_adopted(stack, first)
        stack.wait(lambda: stack.state("car1") == "live"
                   and stack.driver("car1")["recording"]["bytes"] > 20000,
                   "car1 is recorded again", 30)
        second = stack.driver("car1")["session_id"]

        # What is no database at all, in the same file.
        with open(db, "r+b") as f:
            f.truncate(0)
            f.write(b"no database " * 1000)
        check_noticed(stack, "overwritten")
        check_live(stack)
        assert stack.server.stop() == 0
        shutil.copy(backup, db)
        stack.start_server(name="server3")
        check_adopted(stack, first)
        check_adopted(stack, second)
        print("ok both sessions are there again")


if __name__ == "__main__":
    sys.exit(main())
