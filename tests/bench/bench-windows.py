#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The agent's budget with telemetry alone, by WebSocket as a paired one: less than
half a per cent of a core and 30 MB of memory that nobody shares, through joins and
leaves of the game. Native, and the Windows program under wine where both are there
(./run windows build), beside what the machine charges for waking up 60 times a
second.
PITBOX_BENCH_SECONDS: how long each (default 60); PITBOX_BENCH_JOINS: how often
the game leaves and comes back meanwhile (default 2)."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
sys.path.insert(0, os.path.join(HERE, "..", "system"))
from pitbox import Stack  # noqa: E402
from control import give_token  # noqa: E402
from procs import Threads, bare_waker  # noqa: E402

os.environ["PITBOX_GOVERNOR"] = "on"  # as it comes
SECONDS = float(os.environ.get("PITBOX_BENCH_SECONDS", "60"))
JOINS = int(os.environ.get("PITBOX_BENCH_JOINS", "2"))
BUDGET_PCT, BUDGET_MB = 0.5, 30
WINE = os.path.join(ROOT, "installer", "windows", "wine")
TREE = os.path.join(ROOT, "build-windows", "tree")


def private_mb(pid):
    """What it has written, in memory that it may write to. Of a DLL's code wine makes
    a copy where Windows maps the file, which nobody would call private there."""
    kb, counts = 0, False
    with open(f"/proc/{pid}/smaps", encoding="ascii", errors="replace") as f:
        for line in f:
            head = re.match(r"[0-9a-f]+-[0-9a-f]+ (\S+) ", line)
            if head:
                counts = "w" in head.group(1)
            elif counts and line.startswith("Anonymous:"):
                kb += int(line.split()[1])
    return kb / 1024


def find(marker):
    """The process whose command line has MARKER, and is a Windows program."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                words = f.read().decode(errors="replace").split("\0")
        except OSError:
            continue
        if words[0].endswith("pitbox-agent.exe") and marker in " ".join(words):
            return int(pid)
    return None


def watch(label, pid, join):
    """Prints what PID takes; JOIN () lets the game leave and come back."""
    before, begin, most, first = Threads(pid), time.monotonic(), 0, None
    for i in range(JOINS + 1):
        end = begin + SECONDS * (i + 1) / (JOINS + 1)
        while time.monotonic() < end:
            time.sleep(min(5, max(end - time.monotonic(), 0.01)))
            most = max(most, private_mb(pid))
            first = first or most
        if i < JOINS:
            join()
    total = sum(p for _, p, _ in Threads(pid).since(before))
    print(f"{label:<10}{total:6.2f} % of a core (budget {BUDGET_PCT} %: "
          f"{'kept' if total < BUDGET_PCT else 'NOT kept'}), "
          f"{most:.1f} MB private at most, {private_mb(pid) - first:+.1f} MB "
          f"since its begin (budget {BUDGET_MB} MB: "
          f"{'kept' if most < BUDGET_MB else 'NOT kept'}); "
          f"{SECONDS:.0f} s, {JOINS} joins, load {os.getloadavg()[0]:.0f}",
          flush=True)


def run(label, of_program, path, env):
    """OF_PROGRAM makes a command line of a program's name; PATH a file's name as
    it knows it."""
    with Stack() as stack:
        stack.add_driver("car1")
        token = stack.path("token")
        with open(token, "w", encoding="ascii") as f:
            f.write(give_token(stack, "car1")["Authorization"].split()[1])
        stack.start_server()
        games = []

        def begin():
            games.append(stack.start(
                f"sim{len(games)}", of_program("pitbox-sim") + [
                    "--quiet", "--shm-name", stack.shm("car1")], env))

        def join():
            if env is None:
                games[-1].stop()
            else:  # wine has no signals: its game crashes
                games[-1].kill()
            time.sleep(2)
            begin()

        begin()
        status = stack.path("status")
        agent = stack.start("agent", of_program("pitbox-agent") + [
            "--server", stack.url, "--token-file", path(token), "--driver",
            "car1", "--shm-name", stack.shm("car1"), "--mode", "telemetry",
            "--no-tray", "--status-file", path(status)], env)
        stack.wait(lambda: stack.state("car1") == "live", "live", 120)
        time.sleep(3)
        pid = agent.pid if env is None else find(
            os.path.basename(os.path.dirname(token)))
        watch(label, pid, join)
        agent.popen.terminate()


print(f"{'a waker':<10}{bare_waker(10):6.2f} % of a core, 60 times a second")
run("native", lambda name: [name], lambda file: file, None)
if shutil.which("wine") is None or not os.path.isdir(TREE):
    print("under wine: not here (wine, and ./run windows build)")
    sys.exit(0)
with tempfile.TemporaryDirectory(prefix="pitbox-wine-") as prefix:
    wine_env = {"PITBOX_WINE_PREFIX": os.environ.get(
        "PITBOX_WINE_PREFIX", prefix)}
    run("wine", lambda name: [WINE, name],
        lambda file: "Z:" + file.replace("/", "\\"), wine_env)
    subprocess.run(["wineserver", "-k"], check=False, env={
        **os.environ, "WINEPREFIX": wine_env["PITBOX_WINE_PREFIX"]})
