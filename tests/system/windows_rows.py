# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a simulator wrote and what a server has of it, byte for byte."""
import glob
import os
import struct
import subprocess

HEADER_BYTES = 112
VAR_BYTES = 144
# In the simulator's buffers, and half a unit.
LAST = 5


class Layout:
    """Of the rows in a file of the simulator's."""

    def __init__(self, data):
        self.n_vars, self.vars_at = struct.unpack_from("<ii", data, 24)
        self.row_bytes, = struct.unpack_from("<i", data, 36)
        self.rows_at, = struct.unpack_from("<i", data, 52)
        for n in range(self.n_vars):
            at = self.vars_at + n * VAR_BYTES
            name = data[at + 16:at + 48].split(b"\0")[0]
            if name == b"SessionTick":
                self.tick_at, = struct.unpack_from("<i", data, at + 4)

    def rows(self, data, start=0):
        """By tick."""
        found = {}
        for at in range(start, len(data) - self.row_bytes + 1, self.row_bytes):
            tick, = struct.unpack_from("<i", data, at + self.tick_at)
            found[tick] = data[at:at + self.row_bytes]
        return found


def written(path):
    """Layout and rows of a file of pitbox-sim --write-live."""
    with open(path, "rb") as f:
        data = f.read()
    layout = Layout(data)
    return layout, layout.rows(data, layout.rows_at)


def sessions(stack, driver):
    """Folders, the oldest first."""
    return sorted(glob.glob(os.path.join(stack.data, "recordings", driver,
                                         "*")))


def stored(stack, driver, layout, before):
    """Of all sessions but those BEFORE: rows as the recordings decode, and
    (tick, sequence) of those that are there, as often as they are. A pipeline does not
    give out the row of a session that is older than its first time stamp."""
    found, ticks = {}, []
    for folder in sessions(stack, driver):
        if folder in before:
            continue
        segments = sorted(glob.glob(os.path.join(folder, "*.ts")))
        if not segments:
            continue
        listed = subprocess.run(["stored-rows", *segments], check=True,
                                capture_output=True, text=True, timeout=120)
        ticks += [(int(line.split()[3]), int(line.split()[2]))
                  for line in listed.stdout.splitlines()
                  if line.startswith("row ") and line.split()[5] == "1"]
        whole, raw = stack.path("whole.ts"), stack.path("rows.raw")
        with open(whole, "wb") as out:
            for path in segments:
                with open(path, "rb") as f:
                    out.write(f.read())
        subprocess.run(
            ["gst-launch-1.0", "-q", "filesrc", "location=" + whole, "!",
             "tsdemux", "!", "meta/x-klv,parsed=true", "!", "queue",
             "max-size-time=0", "max-size-buffers=0", "max-size-bytes=0", "!",
             "telemetrydec", "!", "filesink", "location=" + raw],
            check=True, capture_output=True, timeout=120)
        with open(raw, "rb") as f:
            data = f.read()
        assert len(data) % layout.row_bytes == 0, (len(data), layout.row_bytes)
        found.update(layout.rows(data))
    return found, ticks


def compare(stack, driver, path, before, lost, what):
    """All rows of PATH from the first that the server has to the last ones, which
    a simulator that leaves takes away with the shared memory. LOST
    is how many of them the agent says it came too late for: where the ticks of
    rows jump and their sequence goes on by one. All others are there."""
    layout, sent = written(path)
    now = {}

    def all_there():
        """What a connection lost follows, from the agent's disk."""
        rows, places = stored(stack, driver, layout, before)
        places.sort()
        steps = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(places, places[1:])]
        now.update(rows=rows, ticks=[p[0] for p in places], steps=steps)
        return (now["ticks"] and now["ticks"][-1] > max(sent) - LAST
                and all(s[1] <= 1 for s in steps))

    try:
        stack.wait(all_there, "every row", 90)
    finally:
        rows, ticks, steps = now["rows"], now["ticks"], now["steps"]
        other = [tick for tick in rows if rows[tick] != sent.get(tick)]
        unread = sum(max(0, tick - sequence) for tick, sequence in steps)
        gone = sum(max(0, sequence - 1) for _, sequence in steps)
        print(f"{what}: {ticks[-1] - ticks[0] + 1} rows of {layout.row_bytes} "
              f"bytes written, {unread} not read in time ({lost:.0f} known), "
              f"{gone} lost, {len(set(ticks))} stored, "
              f"{len(ticks) - len(set(ticks))} twice, {len(rows)} decoded, "
              f"{len(other)} not the same", flush=True)
    n_sessions = len(set(sessions(stack, driver)) - set(before))
    assert not other, other[:9]
    assert len(ticks) == len(set(ticks)), "rows are stored twice"
    assert len(rows) >= len(ticks) - n_sessions, sorted(set(ticks) - set(rows))
