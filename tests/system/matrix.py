# SPDX-License-Identifier: LGPL-2.1-or-later
"""./run matrix: every transport under every fault, with real processes behind
a network of our own (lossproxy): which rows are on the server's disk in the end.
The simulator says what there was to send. tests/README.md, "The matrix", says
what the columns mean."""
import argparse
import concurrent.futures
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import threading
import time

import longer
from faults import CALM_ROWS, make_faults
from pitbox import Stack, need, recording
from stored import TICKS_A_SECOND, Stored
from transports import TRANSPORTS, http_port

# Of a busy machine; an outage waits longer by itself.
PATIENCE_S = 60
# What is still on its way to the disk is there by then, or will never be.
STILL_S = 6
# Where rows that are not there were promised: an agent asks each two minutes.
ASKED_S = 140
# What a cell needs beside its fault, and more.
LONGEST_S = 600
# What is aimed at; a machine with other work may need longer, and nothing fails.
ROWS_BACK_S, PICTURE_BACK_S = 2, 3
# What the test suite runs: one of each kind, a few seconds of each.
SHORT = ("websocket/good", "websocket/cable-out", "websocket/server-kill",
         "websocket/nat-rebind", "srt/loss-2", "srt/cable-out",
         "srt-video/good", "rtmp/cable-out")
COLUMNS = ("transport", "fault", "sent", "stored", "lost", "twice", "not read",
           "picture gap ms", "rows back s", "picture back s", "")


class Stopped(Exception):
    """Somebody has pressed Ctrl-C."""


class Result:
    """A line of the table."""

    def __init__(self, transport, fault):
        self.transport, self.fault = transport.name, fault.name
        if fault.seconds and fault.recovers:
            self.fault += f" {fault.seconds:g} s"
        self.sent = self.stored = self.lost = self.twice = self.unread = None
        self.gap_ms = self.rows_back_s = self.picture_back_s = None
        self.verdict, self.broken = "", False

    def cells(self):
        def text(value, form="%d"):
            return "-" if value is None else form % value
        return (self.transport, self.fault, text(self.sent),
                text(self.stored), text(self.lost), text(self.twice),
                text(self.unread), text(self.gap_ms, "%.0f"),
                text(self.rows_back_s, "%.1f"),
                text(self.picture_back_s, "%.1f"), self.verdict)


class Cell:
    """One transport under one fault."""

    def __init__(self, number, transport, fault, stopping, keep=None):
        self.transport, self.fault = transport(), fault
        self.driver = f"car{number}"
        self.stopping, self.keep = stopping, keep
        self.stack = self.link = self.sim_socket = self.agent = None
        self.starts = 0
        self.killed = []  # the sim's tick each time the agent was

    # What faults may do.

    def sleep(self, seconds):
        if self.stopping.wait(seconds):
            raise Stopped

    def pass_rows(self, n):
        """Until N more rows have arrived."""
        end = self.live_tick() + n
        self.until(lambda: self.live_tick() >= end, f"{n} more rows",
                   PATIENCE_S + n / TICKS_A_SECOND)

    def halve(self):
        """Each connection gets half of what it took."""
        for part in self.stack.driver(self.driver)["parts"]:
            self.link.rate(max(20, part["recv_kbps"] // 2), part["transport"])

    def kill_agent(self):
        self.agent.kill()
        self.killed.append(self.sim_tick())

    def start_agent(self):
        self.starts += 1
        self.agent = self.transport.start_agent(
            self.stack, self.driver, self.link, f"agent-{self.starts}")

    def kill_server(self):
        self.stack.server.kill()

    def start_server(self):
        self.stack.start_server(
            "--http-port", str(http_port(self.stack)),
            *self.transport.server_args(), name="server-2")

    # What they need not know.

    def until(self, condition, what, timeout=PATIENCE_S):
        end = time.monotonic() + timeout
        while not (value := condition()):
            if time.monotonic() > end:
                raise AssertionError(f"{what}: not within {timeout:.0f} s")
            self.sleep(0.05)
        return value

    def sim_tick(self):
        """The newest tick that the simulator has written."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(PATIENCE_S)
            s.connect(self.sim_socket)
            s.sendall(b'{"command": "status"}\n')
            return json.loads(s.makefile().readline())["tick"]

    def live_tick(self):
        """The newest that came to the server; -1: none, or it is not there."""
        try:
            return self.stack.get(
                f"/api/v1/drivers/{self.driver}/live")["tick"] or -1
        except (AssertionError, OSError, KeyError, TypeError):
            return -1

    def start(self):
        stack = self.stack
        stack.add_driver(self.driver)
        self.transport.prepare(stack, self.driver)
        stack.start_server(*self.transport.server_args())
        self.sim_socket = stack.path("sim.socket")
        source = recording()
        if source:
            source = longer.lengthen(source, stack.path("long.ibt"),
                                     LONGEST_S + self.fault.seconds)
        stack.start_sim(self.driver, "--quiet", "--control", self.sim_socket,
                        *(("--ibt", source) if source else ()))
        self.link = self.transport.link(stack, **self.fault.network)
        self.transport.start(stack, self.driver, self.link)
        self.start_agent()
        self.until(lambda: self.live_tick() > 0, "live")
        if self.transport.has_picture:
            self.until(lambda: stack.driver(self.driver)["video"], "a picture")
        # SRT's latency is found within the first five seconds, by a stream
        # that begins anew.
        settle_s = 0 if os.environ.get("PITBOX_LATENCY_MS") else 7
        self.pass_rows(CALM_ROWS + settle_s * TICKS_A_SECOND)

    def wait_picture(self, tick):
        """Until one that was taken since is on the disk; or never."""
        end = time.monotonic() + PATIENCE_S + self.fault.seconds
        while self.transport.has_picture and time.monotonic() < end and (
                Stored(self.stack.data, self.driver).first_picture(tick)
                is None):
            self.sleep(0.5)

    def keep_folder(self):
        """Logs, database and recordings, to look at."""
        name = f"{self.transport.name}-{self.fault.name}"
        shutil.copytree(self.stack.folder, os.path.join(self.keep, name),
                        dirs_exist_ok=True,
                        ignore=lambda folder, names: [
                            n for n in names if stat.S_ISSOCK(
                                os.lstat(os.path.join(folder, n)).st_mode)])

    def settle(self, first, last, may_lose):
        """What is stored once nothing more comes of that time, or all is
        there."""
        newest, since = None, time.monotonic()
        limit = since + PATIENCE_S + ASKED_S + self.fault.seconds
        while True:
            stored = Stored(self.stack.data, self.driver)
            count = stored.between(first, last)
            now = time.monotonic()
            if count != newest:
                newest, since = count, now
            missing = last - first + 1 - count - stored.not_read(
                first, last, self.killed)
            there = last in stored.ticks or now > since + PATIENCE_S
            still_s = (STILL_S if may_lose is None else PATIENCE_S / 2
                       if missing <= may_lose else ASKED_S)
            if now > limit or there and (
                    missing <= 0 or now > since + still_s):
                return stored
            self.sleep(0.5)

    def run(self, spools):
        result = Result(self.transport, self.fault)
        may_lose = self.transport.may_lose(self.fault, spools)
        with Stack() as self.stack:
            try:
                self.start()
                first = self.live_tick()
                self.fault.play(self)
                back, began = self.sim_tick(), time.monotonic()
                self.until(lambda: self.live_tick() > back, "back",
                           PATIENCE_S + self.fault.seconds)
                rows_back_s = time.monotonic() - began
                self.wait_picture(back)
                self.pass_rows(CALM_ROWS)
                last = self.live_tick()
                stored = self.settle(first, last, may_lose)
            except Stopped:
                return None
            finally:
                self.transport.stop()
                if self.link:
                    self.link.stop()
                if self.keep:
                    self.keep_folder()
        result.unread = stored.not_read(first, last, self.killed)
        result.sent = last - first + 1 - result.unread
        result.stored = stored.between(first, last)
        result.lost = result.sent - result.stored
        result.twice = stored.twice(first, last)
        if self.fault.recovers:
            result.rows_back_s = rows_back_s
        if self.transport.has_picture:
            self.look_at_pictures(result, stored, first, back, last)
        judge(result, may_lose)
        return result

    def look_at_pictures(self, result, stored, first, back, last):
        result.gap_ms = stored.gap_ms(first, last)
        shown = stored.first_picture(back)
        if shown is None:
            result.verdict, result.broken = "BROKEN: no picture any more", True
        elif self.fault.recovers:
            result.picture_back_s = (shown - back) / TICKS_A_SECOND


def judge(result, may_lose):
    if result.broken:
        return
    if result.twice:
        result.verdict = f"BROKEN: {result.twice} rows are stored twice"
    elif may_lose is not None and result.lost > may_lose:
        result.verdict = f"BROKEN: {result.lost} rows are lost"
    elif result.lost:
        result.verdict = f"{result.lost / TICKS_A_SECOND:.1f} s are lost"
    else:
        result.verdict = "whole"
    if (result.rows_back_s or 0) > ROWS_BACK_S:
        result.verdict += f"; rows later than {ROWS_BACK_S} s"
    if (result.picture_back_s or 0) > PICTURE_BACK_S:
        result.verdict += f"; picture later than {PICTURE_BACK_S} s"
    result.broken = result.verdict.startswith("BROKEN")


def has_spool():
    """Whether this build's agent keeps on its disk what it cannot send."""
    out = subprocess.run(["pitbox-agent", "--help-all"], capture_output=True,
                         text=True, check=False)
    return "--spool" in out.stdout


def print_table(results):
    lines = [COLUMNS] + [r.cells() for r in results]
    widths = [max(len(line[i]) for line in lines) for i in range(len(COLUMNS))]
    for line in lines:
        print("  ".join(c.ljust(w) if i in (0, 1, len(line) - 1)
                        else c.rjust(w)
                        for i, (c, w) in enumerate(zip(line, widths))).rstrip())


def choose(only, short, faults):
    """(transport, fault) of the words "srt/", "/good", "srt/good"."""
    if short and not only:
        only = SHORT
    chosen = []
    for transport in TRANSPORTS.values():
        for fault in faults.values():
            name = f"{transport.name}/{fault.name}"
            if not only or any(
                    name == o or o.endswith("/") and name.startswith(o)
                    or o.startswith("/") and name.endswith(o) for o in only):
                chosen.append((transport, fault))
    return chosen


def run_cell(cell, spools):
    name = f"{cell.transport.name}/{cell.fault.name}"
    try:
        result = cell.run(spools)
    except Stopped:
        return None
    except Exception as e:  # pylint: disable=broad-except
        if cell.stopping.is_set():
            return None
        result = Result(cell.transport, cell.fault)
        result.verdict, result.broken = f"BROKEN: {e}".splitlines()[0], True
    print(f"  {name}: {result.verdict}", file=sys.stderr, flush=True)
    return result


def run_cells(cells, jobs, spools, stopping):
    """In the order of the cells; what Ctrl-C ended is left out."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(run_cell, c, spools) for c in cells]
        try:
            concurrent.futures.wait(waiting)
        except KeyboardInterrupt:
            stopping.set()
            for w in waiting:
                w.cancel()
        return [r for w in waiting if not w.cancelled() and (r := w.result())]


def parse(argv):
    p = argparse.ArgumentParser(prog="./run matrix", description=(
        "Every transport under every fault: which rows are stored."))
    p.add_argument("--short", action="store_true",
                   help="some of it, less than a minute: what ./run test runs")
    p.add_argument("--only", metavar="TRANSPORT/FAULT", action="append",
                   default=[], help="one cell; with nothing on one side of the "
                   "slash a row or a column; may be given again")
    p.add_argument("--outage", metavar="SECONDS", type=float, default=150,
                   help="length of the long outage (150; issue: 600)")
    p.add_argument("--jobs", metavar="N", type=int, default=4,
                   help="cells at the same time (4)")
    p.add_argument("--keep", metavar="FOLDER",
                   help="copies there what each cell leaves: logs, recordings")
    p.add_argument("--list", action="store_true", help="name the cells, and end")
    return p.parse_args(argv)


def main(argv):
    args = parse(argv)
    need("lossproxy", "pitbox-agent", "pitbox-server",
         "pitbox-sim", "stored-rows")
    faults = make_faults(*((3, 5) if args.short else (30, args.outage)))
    chosen = choose(args.only, args.short, faults)
    for transport in {t for t, _ in chosen if t.lacks()}:
        print(f"without {transport.name}: {transport.lacks()}")
        chosen = [c for c in chosen if c[0] is not transport]
    if not chosen:
        print(f"matrix: no cell is named {' '.join(args.only)}; --list",
              file=sys.stderr)
        return 2
    if args.list:
        print("\n".join(f"{t.name}/{f.name}" for t, f in chosen))
        return 0
    if not args.short:
        os.environ.pop("PITBOX_LATENCY_MS", None)
    spools, stopping = has_spool(), threading.Event()
    began = time.monotonic()
    cells = [Cell(n, t, f, stopping, args.keep) for n, (t, f) in enumerate(chosen, 1)]
    results = run_cells(cells, args.jobs, spools, stopping)
    source = recording()
    print(f"rows of {os.path.basename(source) if source else 'pitbox-sim'}; "
          + ("agents spool to disk" if spools else "agents have no spool: what "
             "is lost in an outage is counted and is no failure"))
    print_table(results)
    broken = [r for r in results if r.broken]
    print(f"{len(results)} of {len(cells)} cells in "
          f"{time.monotonic() - began:.0f} s, {len(broken)} broken")
    if stopping.is_set():
        return 130
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
