# SPDX-License-Identifier: LGPL-2.1-or-later
"""./run soak: one server for a long time, while drivers and viewers come and
go, cables are pulled and agents are killed; whether server and agents stay as
they are. tests/README.md, "The soak", says what is looked at."""
import argparse
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.parse

from pitbox import Stack, need, recording
from procs import folder_bytes, n_fds, n_threads, rss_kb, slope
from transports import PICTURE, SrtVideo, Srt, WebSocket

SAMPLE_S = 5
FAULT_EVERY_S = 12
VIEWERS, WATCH_S = 3, 8
MIN_SAMPLES = 12
# Until each has had its most: caches and the allocator's heaps, of which the
# server has two (measured: 44 MB after one minute, 47 after seven and after ten;
# with sixteen, and a thread for each recording, 69 MB and 112).
WARM_UP_S = 420
# What a fitted line may rise by in all the time after the warm-up. Memory comes
# in steps (heaps, caches that fill once), so it has a share besides.
MAX_RISE = {"MB": (4, 0.03), "fds": (6, 0.0), "threads": (4, 0.0)}
# Database, its log and keys: what is not a segment.
MAX_OTHER_MB_A_MINUTE = 1.0


class Driver:
    """An agent behind a link of its own."""

    def __init__(self, stack, ident, transport, is_calm):
        self.stack, self.ident, self.transport = stack, ident, transport
        self.is_calm = is_calm  # its agent is never ended
        self.link = self.agent = None
        self.starts = 0

    def start(self):
        self.starts += 1
        self.agent = self.transport.start_agent(
            self.stack, self.ident, self.link,
            f"agent-{self.ident}-{self.starts}")

    def name(self):
        return f"agent {self.ident} ({self.transport.name})"


class Series:
    """What one process was like, sample by sample."""

    def __init__(self, name):
        self.name = name
        self.samples = []  # (s, {what: value})

    def take(self, now, pid):
        try:
            self.samples.append((now, {
                "MB": rss_kb(pid) / 1024, "fds": n_fds(pid),
                "threads": n_threads(pid)}))
        except OSError:  # it is gone, and so is what it was like
            self.samples = []

    def last(self):
        return self.samples[-1][1] if self.samples else None

    def rises(self, warm_up_s):
        """(what, rise of the fitted line, its limit, values' mean)."""
        late = [s for s in self.samples if s[0] >= warm_up_s]
        if len(late) < MIN_SAMPLES:
            return []
        minutes = (late[-1][0] - late[0][0]) / 60
        found = []
        for what, (fixed, share) in MAX_RISE.items():
            points = [(t, values[what]) for t, values in late]
            mean = sum(v for _, v in points) / len(points)
            found.append((what, slope(points) * minutes,
                          fixed + share * mean, mean))
        return found


class Faults:
    """One after another, in an order of its own seed."""

    def __init__(self, drivers, seed, stopping):
        self.drivers, self.stopping = drivers, stopping
        self.random = random.Random(seed)
        self.counts = {}

    def play(self):
        driver = self.random.choice(self.drivers)
        name = self.random.choice(
            ("cut", "rebind") if driver.is_calm
            else ("cut", "rebind", "kill", "leave"))
        getattr(self, name)(driver)
        self.counts[name] = self.counts.get(name, 0) + 1

    def cut(self, driver):
        driver.link.cut()
        self.stopping.wait(self.random.uniform(1, 7))
        driver.link.join()

    @staticmethod
    def rebind(driver):
        driver.link.rebind()

    @staticmethod
    def kill(driver):
        driver.agent.kill()
        driver.start()

    def leave(self, driver):
        driver.agent.stop()
        self.stopping.wait(self.random.uniform(1, 4))
        driver.start()

    def run(self):
        while not self.stopping.wait(FAULT_EVERY_S):
            self.play()


class Soak:
    def __init__(self, stack, minutes, seed):
        self.stack, self.minutes = stack, minutes
        self.stopping = threading.Event()
        self.drivers = [
            Driver(stack, "1", WebSocket(), True),
            Driver(stack, "2", WebSocket(), False),
            Driver(stack, "3", Srt(), True),
            Driver(stack, "4", Srt(), False),
            Driver(stack, "5", SrtVideo(), True)]
        self.faults = Faults(self.drivers, seed, self.stopping)
        self.server = Series("server")
        self.agents = {d.ident: Series(d.name()) for d in self.drivers
                       if d.is_calm}
        self.disk = []  # (s, bytes of segments, all others)
        self.n_viewers = 0
        self.began = 0
        self.failed = []

    def start(self):
        for d in self.drivers:
            self.stack.add_driver(d.ident)
        for i, d in enumerate(self.drivers):
            d.transport.letter = "abcdefgh"[i]
            d.transport.prepare(self.stack, d.ident)
        self.stack.start_server()
        source = recording()
        for d in self.drivers if source else ():
            self.stack.start_sim(d.ident, "--quiet", "--ibt", source)
        if not source:
            base = self.stack.shm("x").rsplit("-", 1)[0]
            self.stack.start("sim", ["pitbox-sim", "--quiet", "--shm-name",
                                     base, "--drivers",
                                     str(len(self.drivers))])
        for d in self.drivers:
            d.link = d.transport.link(self.stack)
            d.start()
        for d in self.drivers:
            self.stack.wait(lambda d=d: self.stack.state(d.ident) == "live",
                            d.name(), 60)

    def watch(self):
        """Viewers of the picture, who come all at once and go."""
        port = urllib.parse.urlsplit(self.stack.url).port
        while not self.stopping.is_set():
            done = subprocess.run([
                "bench-whep", "--driver", "5", "--port", str(port),
                "--server-pid", str(self.stack.server.pid), "--viewers",
                str(VIEWERS), "--seconds", str(WATCH_S), "--fps", "30"],
                capture_output=True, text=True, check=False)
            if done.returncode == 0:
                self.n_viewers += VIEWERS
            self.stopping.wait(2)

    def sample(self):
        now = time.monotonic() - self.began
        self.server.take(now, self.stack.server.pid)
        for d in self.drivers:
            if d.is_calm:
                self.agents[d.ident].take(now, d.agent.pid)
        segments = folder_bytes(os.path.join(self.stack.data, "recordings"))
        self.disk.append(
            (now, segments, folder_bytes(self.stack.data) - segments))

    def line(self):
        now, segments, others = self.disk[-1]
        texts = []
        for series in (self.server, *self.agents.values()):
            v = series.last()
            texts.append(f"{series.name} {v['MB']:.1f} MB {v['fds']} fds "
                         f"{v['threads']} threads" if v
                         else f"{series.name} is gone")
        print(f"{now / 60:5.1f} min: {'; '.join(texts)}; recordings "
              f"{segments / 1e6:.1f} MB, database {others / 1e6:.2f} MB; "
              f"{self.n_viewers} viewers so far; "
              + ", ".join(f"{v} x {k}" for k, v in
                          sorted(self.faults.counts.items())), flush=True)

    def run(self):
        self.began = time.monotonic()
        helpers = [threading.Thread(target=f, daemon=True)
                   for f in (self.faults.run, self.watch)]
        for h in helpers:
            h.start()
        try:
            while (now := time.monotonic() - self.began) < self.minutes * 60:
                self.sample()
                if int(now / 60) > int((now - SAMPLE_S) / 60):
                    self.line()
                if not self.stack.server.alive():
                    self.failed.append("the server has ended")
                    break
                self.stopping.wait(SAMPLE_S)
        finally:
            self.stopping.set()
        for h in helpers:
            h.join(60)
        for d in self.drivers:
            try:
                self.stack.wait(lambda d=d: self.stack.state(d.ident) == "live",
                                "live", 60)
            except (AssertionError, OSError):
                self.failed.append(f"{d.name()} is not live at the end")

    def stop(self):
        self.stopping.set()
        for d in self.drivers:
            if d.link:
                d.link.stop()

    def summary(self):
        """Prints it; whether all is flat."""
        length = self.disk[-1][0] if self.disk else 0
        warm_up_s = max(WARM_UP_S, length / 4)
        print(f"\nafter {length / 60:.1f} min; the line fitted from "
              f"{warm_up_s / 60:.1f} min on rises by:")
        measured = 0
        for series in (self.server, *self.agents.values()):
            for what, rise, limit, mean in series.rises(warm_up_s):
                measured += 1
                is_flat = rise <= limit
                print(f"  {series.name:<22} {what:<8} {rise:+8.2f} "
                      f"(at most {limit:.1f}; mean {mean:.1f})"
                      f"{'' if is_flat else '   NOT FLAT'}")
                if not is_flat:
                    self.failed.append(f"{series.name}: {what} rises")
        self.disk_summary(warm_up_s)
        if not measured:
            print("  too short to say anything of memory")
        for text in self.failed:
            print(f"FAILED: {text}")
        if not self.failed and measured:
            print("flat")
        return not self.failed

    def disk_summary(self, warm_up_s):
        late = [s for s in self.disk if s[0] >= warm_up_s]
        if len(late) < MIN_SAMPLES:
            return
        others = slope([(t, o / 1e6) for t, _, o in late])
        print(f"  disk: recordings {slope([(t, s / 1e6) for t, s, _ in late]):.2f}"
              f" MB/min; all else {others:+.3f} MB/min (at most "
              f"{MAX_OTHER_MB_A_MINUTE})")
        if others > MAX_OTHER_MB_A_MINUTE:
            self.failed.append("the database grows")


def main(argv):
    p = argparse.ArgumentParser(prog="./run soak", description=(
        "A server, drivers and viewers for a long time, with faults: whether "
        "memory, descriptors and threads stay flat. Ctrl-C ends it with the "
        "summary so far."))
    p.add_argument("--minutes", type=float, default=30, metavar="N",
                   help="how long (30); below nine nothing is said of slopes")
    p.add_argument("--seed", type=int, default=1, help="of the faults (1)")
    args = p.parse_args(argv)
    need("bench-whep", "lossproxy", "pitbox-agent", "pitbox-server",
         "pitbox-sim")
    print(f"five drivers (two by WebSocket, two by SRT, one with a picture of "
          f"{PICTURE[3]} x {PICTURE[5]}), {VIEWERS} viewers that come and go, a "
          f"fault each {FAULT_EVERY_S} s; seed {args.seed}", flush=True)
    interrupted = False
    with Stack() as stack:
        soak = Soak(stack, args.minutes, args.seed)
        try:
            soak.start()
            soak.run()
        except KeyboardInterrupt:
            interrupted = True
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        finally:
            soak.stop()
        is_flat = soak.summary()
    if interrupted:
        return 130
    return 0 if is_flat else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
