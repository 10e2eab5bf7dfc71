# SPDX-License-Identifier: LGPL-2.1-or-later
"""What processes cost, from /proc: by thread, and whether it stays the same."""
import ctypes
import ctypes.util
import os
import threading
import time

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


class Threads:
    """CPU time in ns and sleeps of each thread of a process."""

    def __init__(self, pid):
        self.time = time.monotonic()
        self.of = {}
        for tid in os.listdir(f"/proc/{pid}/task"):
            base = f"/proc/{pid}/task/{tid}/"
            try:
                with open(base + "comm", encoding="ascii") as f:
                    name = f.read().strip()
                with open(base + "schedstat", encoding="ascii") as f:
                    run = int(f.read().split()[0])
                with open(base + "status", encoding="ascii") as f:
                    sleeps = [int(line.split()[1]) for line in f
                              if line.startswith("voluntary_ctxt")][0]
            except OSError:  # it has ended
                continue
            self.of[tid] = (name, run, sleeps)

    def since(self, before):
        """(name, percent of a core, wake-ups a second), dearest first."""
        d = self.time - before.time
        rows = []
        for tid, (name, run, sleeps) in self.of.items():
            _, run0, sleeps0 = before.of.get(tid, (name, 0, 0))
            rows.append(((run - run0) / d / 1e7, (sleeps - sleeps0) / d, name))
        return [(n, p, w) for p, w, n in sorted(rows, reverse=True)]

    def by_name(self, before):
        """(name, threads, percent of a core, wake-ups a second) of all of one
        name together, dearest first; numbers in names count as one."""
        groups = {}
        for name, percent, wakes in self.since(before):
            group = groups.setdefault(name.rstrip("0123456789"), [0, 0, 0])
            group[0] += 1
            group[1] += percent
            group[2] += wakes
        return sorted(((k, *v) for k, v in groups.items()),
                      key=lambda g: -g[2])


def rss_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        for line in f:
            if line.startswith("VmRSS"):
                return int(line.split()[1])
    return 0


def n_fds(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def n_threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def written_bytes(pid):
    """Handed to the kernel for a disk so far."""
    with open(f"/proc/{pid}/io", encoding="ascii") as f:
        for line in f:
            if line.startswith("write_bytes"):
                return int(line.split()[1])
    return 0


def cores_busy():
    """Seconds in which a core of the machine did something, all together."""
    with open("/proc/stat", encoding="ascii") as f:
        user, nice, system, _, _, irq, softirq = [
            int(w) for w in f.readline().split()[1:8]]
    return (user + nice + system + irq + softirq) / TICKS_A_SECOND


def folder_bytes(path):
    """Of all files below."""
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                total += os.lstat(os.path.join(folder, name)).st_size
            except OSError:  # it is gone
                pass
    return total


def slope(points):
    """Least squares of (x s, y): y a minute."""
    n = len(points)
    mx = sum(x for x, _ in points) / n
    my = sum(y for _, y in points) / n
    sxx = sum((x - mx) ** 2 for x, _ in points)
    return 60 * sum((x - mx) * (y - my) for x, y in points) / sxx if sxx else 0


class Timespec(ctypes.Structure):
    _fields_ = [("s", ctypes.c_long), ("ns", ctypes.c_long)]


def bare_waker(seconds):
    """Per cent of a core of a thread that only sleeps to the next 60th of a second:
    what this machine charges for that alone."""
    libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)

    def run():
        at = time.monotonic_ns()
        t = Timespec()
        while not done.is_set():
            at += 1000000000 // 60
            t.s, t.ns = divmod(at, 1000000000)
            libc.clock_nanosleep(1, 1, ctypes.byref(t), None)

    done = threading.Event()
    thread = threading.Thread(target=run)
    thread.start()
    tid = str(thread.native_id)
    before = Threads(os.getpid())
    time.sleep(seconds)
    after = Threads(os.getpid())
    done.set()
    thread.join()
    return (after.of[tid][1] - before.of[tid][1]) / (after.time - before.time) / 1e7
