# SPDX-License-Identifier: LGPL-2.1-or-later
"""load-drivers (tests/bench): many drivers at a server, and what they cost it."""
import json
import os
import subprocess
import time
import urllib.request

from control import run
from pitbox import recording
from procs import Threads, cores_busy, n_threads, rss_kb, written_bytes

# Connections have settled by then, and load-drivers begins to look at files.
WARM_UP_S = 4


def add_devices(stack, n):
    """N drivers with a device each, by the API; [(driver, device, secret)]."""
    found = []
    for i in range(n):
        body = json.dumps({"name": f"pc{i}", "driver": f"load{i}"}).encode()
        request = urllib.request.Request(
            stack.url + "/api/v1/devices", data=body, headers={
                "Content-Type": "application/json", "Origin": stack.url})
        with urllib.request.urlopen(request, timeout=30) as r:
            found.append((f"load{i}", f"pc{i}", json.load(r)["passphrase"]))
    return found


def publishing_keys(stack, n):
    """API keys for N WebSockets: each lets 64 in."""
    return [next(w for w in run(stack, "key", "add", f"load{i}", "--scope",
                                "publish").split() if w.startswith("pbk_"))
            for i in range((n + 63) // 64)]


class Step:
    """What one number of drivers cost the process PID."""

    groups, cpu, wakes, load_cpu, cores = (), 0, 0, 0, 0
    disk_mb_s = rss_mb = threads = 0

    def __init__(self, pid, port, keys, n, seconds, *arguments):
        source = recording()
        argv = ["load-drivers", "--port", str(port), "--keys", keys,
                "--drivers", str(n), "--seconds", str(seconds), *arguments]
        if source:
            argv += ["--ibt", source]
        self.n = n
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as p:
            self.is_connected = p.stdout.readline().strip() == "connected"
            if self.is_connected:
                self._watch(pid, p, seconds)
            lines = p.stdout.read().splitlines()
        self.out = json.loads(lines[-1]) if lines else {}

    def _watch(self, pid, process, seconds):
        time.sleep(WARM_UP_S)
        before, mine = Threads(pid), Threads(process.pid)
        busy, written = cores_busy(), written_bytes(pid)
        time.sleep(seconds - WARM_UP_S - 1)
        if process.poll() is not None:
            return
        after = Threads(pid)
        passed = after.time - before.time
        self.groups = after.by_name(before)
        self.cpu = sum(g[2] for g in self.groups)
        self.wakes = sum(g[3] for g in self.groups)
        self.load_cpu = sum(
            p for _, p, _ in Threads(process.pid).since(mine))
        self.cores = (cores_busy() - busy) / passed
        self.disk_mb_s = (written_bytes(pid) - written) / passed / 1e6
        self.rss_mb, self.threads = rss_kb(pid) / 1024, n_threads(pid)

    def kept_up(self):
        """Whether all was sent in time and taken."""
        return bool(self.is_connected and self.out and not self.out["ended"]
                    and not self.out["unfinished"]
                    and not self.out["dropped"])

    def dearest(self, n=4):
        return ", ".join(
            f"{name} {percent:.0f} %" + (f" ({count})" if count > 1 else "")
            for name, count, percent, _ in self.groups[:n] if percent >= 0.5)
