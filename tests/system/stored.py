# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a server has on its disk of a driver, row by row and picture by
picture, read by stored-rows, and what is missing in it."""
import bisect
import collections
import glob
import os
import sqlite3
import subprocess

TICKS_A_SECOND = 60
PTS_A_TICK = 90000 // TICKS_A_SECOND

Row = collections.namedtuple("Row", "run sequence tick")


class Stored:
    """All sessions of a driver so far, or only the newest."""

    def __init__(self, data, driver, newest=False):
        self.rows = []  # as often as each is there, by session
        self.unreadable = 0
        self.pictures = []  # ticks
        self._alone = []  # (session, PTS of pictures without rows)
        self._times = []  # (UTC in s, tick) of rows
        folders = os.path.join(data, "recordings", driver, "*")
        for folder in sorted(glob.glob(folders))[-1 if newest else 0:]:
            self._read(folder)
        self._place_alone(data)
        self.ticks = collections.Counter(r.tick for r in self.rows)
        self.pictures.sort()

    def _read(self, folder):
        segments = sorted(glob.glob(os.path.join(folder, "*.ts")))
        if not segments:
            return
        out = subprocess.run(["stored-rows", *segments], check=True,
                             capture_output=True, text=True, timeout=120)
        pictures, base = [], None
        for line in out.stdout.splitlines():
            word = line.split()
            if word[0] == "picture":
                pictures.append(int(word[1]))
                continue
            tick, pts = int(word[3]), int(word[4])
            base = tick - pts / PTS_A_TICK
            if word[6] != "0":
                self._times.append((int(word[6]) / 1e6, tick))
            if word[5] == "1":
                self.rows.append(Row(word[1], int(word[2]), tick))
            else:
                self.unreadable += 1
        if base is not None:
            self.pictures += [round(base + p / PTS_A_TICK) for p in pictures]
        elif pictures:
            self._alone.append((os.path.basename(folder), pictures))

    def _tick_of(self, utc_s):
        """By the row that is nearest: a simulator may be late by and by."""
        at = bisect.bisect(self._times, (utc_s, 0))
        near = min(self._times[max(0, at - 1):at + 1],
                   key=lambda t: abs(t[0] - utc_s))
        return near[1] + (utc_s - near[0]) * TICKS_A_SECOND

    def _place_alone(self, data):
        """Pictures of a connection of their own are of the tick that was when
        the first one came."""
        if not self._alone or not self._times:
            return
        self._times.sort()
        with sqlite3.connect(f"file:{data}/pitbox.db?mode=ro", uri=True) as db:
            for session, pictures in self._alone:
                began = db.execute(
                    "SELECT g.start_utc_us, g.start_pts FROM segments g "
                    "JOIN sessions s ON s.pk = g.session WHERE s.id = ? "
                    "AND g.start_pts IS NOT NULL ORDER BY g.n LIMIT 1",
                    (session,)).fetchone()
                if began:
                    base = self._tick_of(began[0] / 1e6)
                    self.pictures += [
                        round(base + (p - began[1]) / PTS_A_TICK)
                        for p in pictures]

    def twice(self, first, last):
        """Rows that are there again."""
        return sum(n - 1 for t, n in self.ticks.items() if first <= t <= last)

    def between(self, first, last):
        """How many different ones there are."""
        return sum(1 for t in self.ticks if first <= t <= last)

    def not_read(self, first, last, killed=()):
        """Ticks of that time that no agent read: missed by its reader, whose
        rows go on by one where ticks do not; or nobody was there, from each
        tick in KILLED until the next run's row 0."""
        rows = sorted({r.tick: r for r in self.rows
                       if first <= r.tick <= last}.values(),
                      key=lambda r: r.tick)
        count = 0
        for a, b in zip(rows, rows[1:]):
            if a.run == b.run:
                count += max(0, b.tick - a.tick - (b.sequence - a.sequence))
                continue
            for k in killed:
                if a.tick < b.tick and k < b.tick:
                    began = b.tick - b.sequence
                    count += max(0, began - max(k, a.tick) - 1)
                    break
        return count

    def gap_ms(self, first, last):
        """The longest time between two pictures, the newest one before that
        time among them."""
        shown = [t for t in self.pictures if t <= last]
        shown = shown[max(0, bisect.bisect(shown, first) - 1):]
        if len(shown) < 2:
            return None
        return max(b - a for a, b in zip(shown, shown[1:])) \
            * 1000 / TICKS_A_SECOND

    def first_picture(self, tick):
        """Tick of the first one taken since TICK."""
        return next((t for t in self.pictures if t >= tick), None)
