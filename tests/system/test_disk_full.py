#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The disk runs full while two drivers are live: they stay live, the API says
in words that nothing is recorded, the recording goes on when there is room
again, and the index knows nothing that is not in the files."""
import ctypes
import json
import os
import shutil
import sqlite3
import subprocess
import sys

from pitbox import Stack, need, skip

need("pitbox-agent", "pitbox-server", "pitbox-sim")

DISK_MB = 32
KEEP_MB = 8
SECTOR = 4096


class SmallDisk:
    """A tmpfs for the data folder, where this process may mount one."""

    def __init__(self, path):
        self.path = path
        self.filler = os.path.join(path, "filler")

    def __enter__(self):
        os.makedirs(self.path)
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b"tmpfs", self.path.encode(), b"tmpfs", 0,
                      f"size={DISK_MB}m".encode()) != 0:
            skip("this user may not mount a small disk: "
                 + os.strerror(ctypes.get_errno()))
        self.libc = libc
        return self

    def __exit__(self, *_):
        self.libc.umount2(self.path.encode(), 2)

    def free(self):
        s = os.statvfs(self.path)
        return s.f_bavail * s.f_frsize

    def fill(self, leave):
        """Let a file of somebody else's take all but so many bytes."""
        with open(self.filler, "ab") as f:
            while self.free() > leave:
                try:
                    f.write(bytes(min(1 << 20, max(SECTOR,
                                                   self.free() - leave))))
                    f.flush()
                except OSError:
                    return

    def clear(self):
        os.unlink(self.filler)


def ticks(stack, drivers):
    return [stack.get(f"/api/v1/drivers/{d}/live")["tick"] for d in drivers]


def assert_live(stack, drivers):
    """Rows go on arriving for everybody."""
    before = ticks(stack, drivers)
    stack.wait(lambda: all(b > a + 120 for a, b in zip(
        before, ticks(stack, drivers))), "rows go on")
    for driver in drivers:
        assert stack.state(driver) == "live", driver


def recording(stack, driver):
    return stack.driver(driver)["recording"]


def assert_paused(stack, driver):
    r = stack.wait(lambda: recording(stack, driver)["state"] == "paused"
                   and recording(stack, driver), f"{driver} is paused")
    assert "disk is full" in r["failure"] or "No space" in r["failure"], r
    assert "goes on by itself" in r["failure"], r
    return r


def assert_index(stack, least_segments):
    """Each line of the index is the beginning of a packet in its file."""
    db = sqlite3.connect(os.path.join(stack.data, "pitbox.db"))
    n = 0
    for pk, name, driver in db.execute(
            "SELECT pk, id, driver_id FROM sessions").fetchall():
        folder = os.path.join(stack.data, "recordings", driver, name)
        known = dict(db.execute(
            "SELECT n, bytes FROM segments WHERE session = ?", (pk,)))
        files = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        assert [int(f[:5]) for f in files] == sorted(known), (files, known)
        assert len(files) >= least_segments, (driver, files)
        for f in files:
            with open(os.path.join(folder, f), "rb") as data:
                content = data.read()
            assert len(content) == known[int(f[:5])], (f, len(content), known)
            for byte, in db.execute(
                    "SELECT byte FROM points WHERE session = ? AND segment = ?",
                    (pk, int(f[:5]))):
                assert content[byte:byte + 1] == b"\x47", (f, byte)
                n += 1
            if shutil.which("ffprobe"):
                probe = subprocess.run(
                    ["ffprobe", "-v", "quiet", "-print_format", "json",
                     "-show_streams", os.path.join(folder, f)],
                    check=True, capture_output=True).stdout
                kinds = {s["codec_type"] for s in json.loads(probe)["streams"]}
                assert kinds, f"ffprobe finds nothing in {f}"
    db.close()
    return n


def main():
    drivers = ["car1", "car2"]
    with Stack() as stack, SmallDisk(stack.data) as disk:
        for d in drivers:
            stack.add_driver(d)
        stack.start_server("--keep-free", str(KEEP_MB))
        for d in drivers:
            stack.start_sim(d)
        stack.start_agent("car1", "--mode", "telemetry")
        stack.start_agent("car2", "--mode", "video", "--width", "320",
                          "--height", "180", "--framerate", "30",
                          "--bitrate-kbps", "500")
        for d in drivers:
            stack.wait(lambda d=d: stack.state(d) == "live"
                       and recording(stack, d)["bytes"] > 50000,
                       f"{d} is recorded")

        # What stays reserved is reached.
        disk.fill(KEEP_MB * 1000000)
        paused = {d: assert_paused(stack, d) for d in drivers}
        print("reserve reached:", paused["car1"]["failure"])
        assert_live(stack, drivers)
        for d in drivers:
            now = recording(stack, d)
            assert now["bytes"] == paused[d]["bytes"], (now, paused[d])
            assert now["missed_bytes"] > paused[d]["missed_bytes"], now
        disk.clear()
        for d in drivers:
            stack.wait(lambda d=d: recording(stack, d)["state"] == "on"
                       and recording(stack, d)["bytes"] > paused[d]["bytes"],
                       f"{d} is recorded again")

        # Not a byte is left, at once.
        disk.fill(0)
        for d in drivers:
            assert_paused(stack, d)
        print("not a byte left:", recording(stack, "car2")["failure"])
        assert_live(stack, drivers)
        disk.clear()
        for d in drivers:
            stack.wait(lambda d=d: recording(stack, d)["state"] == "on",
                       f"{d} is recorded again")
            assert "failure" not in recording(stack, d)
        assert_live(stack, drivers)
        missed = {d: recording(stack, d)["missed_bytes"] for d in drivers}
        stack.server.stop()
        points = assert_index(stack, 3)
        print(f"ok {points} points, all in their files; not recorded "
              f"meanwhile: {missed} bytes")


if __name__ == "__main__":
    sys.exit(main())
