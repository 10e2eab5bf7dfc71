#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The stream gives way to a PC that has no more to spare, and comes back:
programs that take all processors, one that takes memory, and an agent whose own
memory is too much. What it does, and in which order, is its log's; that it
arrives is the server's."""
import concurrent.futures
import json
import os
import subprocess
import sys
import time

from pitbox import Stack, need, skip

need("pitbox-agent", "pitbox-server", "pitbox-sim")
if not os.path.exists("/proc/meminfo"):
    skip("no /proc: what the machine does is not known here")

PICTURE = ("--mode", "video", "--width", "320", "--height", "180",
           "--framerate", "15", "--encoder", "x264enc", "--latency-ms", "500")
# What a test is not about has no budget.
NONE = ("--budget-cpu-pct", "0", "--budget-pc-pct", "0", "--budget-game-fps",
        "0", "--budget-game-pct", "0", "--budget-memory-mb", "0",
        "--budget-free-mb", "0", "--governor-wait-s", "1")
DOWN = ["a smaller picture", "the smallest picture", "no picture",
        "of the rows what the pages show",
        "of the rows inputs, position, lap and fuel, 20 a second",
        "of the rows inputs, position, lap and fuel, 10 a second"]
LADDER = ["all is sent"] + DOWN
LIMIT = 90
BUSY_PCT = 90
# Enough to be told from what else comes and goes, and not to harm a machine.
MEMORY_HOG_MB = 1500

HOG = "while True: pass"
MEMORY_HOG = """
import sys
held = bytearray(int(sys.argv[1]) << 20)
held[::4096] = b"x" * len(held[::4096])
print(flush=True)
sys.stdin.read()
"""


class Hogs:
    """One program for each processor, and one more."""

    def __enter__(self):
        self.running = [subprocess.Popen([sys.executable, "-c", HOG])
                        for _ in range(os.cpu_count() + 1)]
        return self

    def __exit__(self, *_):
        for p in self.running:
            p.kill()
            p.wait()


def free_mb():
    with open("/proc/meminfo", encoding="ascii") as f:
        return next(int(line.split()[1]) >> 10 for line in f
                    if line.startswith("MemAvailable"))


def status(stack):
    with open(stack.path("status"), encoding="utf-8") as f:
        return json.load(f)


def governor(stack):
    return status(stack)["governor"]


def said(agent):
    """What the governor has done so far."""
    return [line.split("governor: ", 1)[1].split(": ", 1)[0]
            for line in agent.err().splitlines() if "governor: " in line]


def record(stack, name):
    """For tests/unit/test-govern-replay.c."""
    return ("--governor-log", f"{RECORD}-{name}.csv" if RECORD
            else stack.path("record"))


def start(stack, driver, *args):
    """The simulator's memory is named by DRIVER: one for each test."""
    stack.name = driver
    stack.add_driver(driver)
    stack.start_server()
    stack.start_sim(driver)
    agent = stack.start_agent(driver, *PICTURE, *NONE, "--status-file",
                              stack.path("status"), *args)
    stack.wait(lambda: stack.state(driver) == "live", "live", 60)
    return agent


def check_order(steps):
    """One by one, whichever way."""
    at = 0
    for step in steps:
        then, at = at, LADDER.index(step)
        assert abs(at - then) == 1, steps


def wait_calm(stack):
    """What the system says of the load that is left; others' may be."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        busy = governor(stack)["inputs"]["pc_cpu_pct"]
        if busy is not None and busy < BUSY_PCT / 1.15:
            return
        time.sleep(0.5)
    skip(f"all gave way, but other programs keep this machine {busy:.0f} % "
         "busy: that it comes back was not seen")


def processors(others):
    """OTHERS need what the machine has: the load waits for their end."""
    with Stack() as stack:
        agent = start(stack, "load", "--budget-pc-pct", str(BUSY_PCT),
                      *record(stack, "load"))
        for other in others:
            other.result()
        with Hogs():
            stack.wait(lambda: governor(stack)["level"] == "least",
                       "everything gave way", LIMIT)
            now = governor(stack)
            print(f"under load: {now}")
            assert os.getpriority(os.PRIO_PROCESS, agent.pid) > \
                os.getpriority(os.PRIO_PROCESS, 0)
            assert "processors were" in now["reason"], now
            assert now["rate_hz"] == 10 and now["fields"] == "least", now
            assert now["inputs"]["game_fps"] > 0, now
            check_order(said(agent))
            # Key fields arrive all the while, and a lap's place with them.
            stack.wait(lambda: stack.driver(stack.name)["mode"] == "telemetry"
                       and 5 < stack.driver(stack.name)["telemetry"]["rate_hz"]
                       < 15, "rows, 10 a second", LIMIT)
            # In the stream a step stands from its next key unit on.
            thin = stack.wait(
                lambda: (t := stack.driver(stack.name)["telemetry"]["thinned"])
                and t["rate_hz"] == 10 and t, "10 a second in words", LIMIT)
            print(f"said in the stream: {thin}")
            assert 20 < thin["fields"] < 40 and thin["of"] > 300, thin
            names = {v["name"] for v in stack.get(
                f"/api/v1/drivers/{stack.name}/schema")["vars"]}
            assert {"Throttle", "LapDistPct", "Lap", "FuelLevel"} <= names
            assert "AirTemp" not in names, names
        wait_calm(stack)
        stack.wait(lambda: governor(stack)["level"] == "whole",
                   "all came back", LIMIT)
        check_order(said(agent))
        assert said(agent)[-1] == LADDER[0], said(agent)
        stack.wait(lambda: stack.driver(stack.name)["mode"] == "video"
                   and stack.driver(stack.name)["telemetry"]["rate_hz"] > 50,
                   "picture and rows", LIMIT)
        assert governor(stack)["reason"] is None
        assert stack.driver(stack.name)["telemetry"]["thinned"] is None
        assert agent.alive()
        agent.stop()
    print("ok processors")


def memory():
    """What other programs leave is what counts: any machine has so much."""
    free = free_mb()
    size = min(free // 3, MEMORY_HOG_MB)
    with Stack() as stack:
        agent = start(stack, "memory", "--budget-free-mb",
                      str(free - size // 2), *record(stack, "memory"))
        hog = subprocess.Popen([sys.executable, "-c", MEMORY_HOG, str(size)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            hog.stdout.readline()
            stack.wait(lambda: status(stack)["mode"] == "telemetry",
                       "no picture", LIMIT)
            now = governor(stack)
            print(f"beside a program with {size} MB: {now}")
            assert "MB of memory were left" in now["reason"], now
            # Rows are not thinned for it, and go on.
            assert now["fields"] == "all", now
            assert said(agent) == DOWN[:3], said(agent)
            stack.wait(lambda: stack.driver("memory")["mode"] == "telemetry"
                       and stack.driver("memory")["telemetry"]["rate_hz"] > 30,
                       "rows", LIMIT)
        finally:
            hog.kill()
            hog.wait()
        stack.wait(lambda: status(stack)["mode"] == "video"
                   and governor(stack)["level"] == "whole", "all", LIMIT)
        check_order(said(agent))
        assert governor(stack)["reason"] is None
        stack.wait(lambda: stack.driver("memory")["mode"] == "video",
                   "a picture again", LIMIT)
        agent.stop()
    print("ok memory")


def ceiling():
    with Stack() as stack:
        agent = start(stack, "ceiling", "--budget-memory-mb", "25")
        stack.wait(lambda: status(stack)["mode"] == "telemetry", "no picture",
                   LIMIT)
        now = governor(stack)
        print(f"at the ceiling: {now}")
        assert "MB of memory, and may have 25" in now["reason"], now
        # Rows are not thinned for it, and go on.
        stack.wait(lambda: stack.driver(stack.name)["mode"] == "telemetry"
                   and stack.driver(stack.name)["telemetry"]["rate_hz"] > 30,
                   "rows", LIMIT)
        assert governor(stack)["fields"] == "all"
        assert said(agent)[:3] == DOWN[:3], said(agent)
        assert agent.alive()
        agent.stop()
    print("ok ceiling")


os.environ.pop("PITBOX_GOVERNOR", None)  # the other tests' own
os.environ.pop("PITBOX_PRIORITY", None)
RECORD = os.environ.pop("PITBOX_GOVERNOR_LOG", None)
with concurrent.futures.ThreadPoolExecutor() as pool:
    light = [pool.submit(memory), pool.submit(ceiling)]
    pool.submit(processors, light).result()
