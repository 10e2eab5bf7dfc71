#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A network that is too narrow for all rows: fewer variables come, then fewer
rows, never less than ten a second; the stream, the server and the page say so.
Once it is wide again all comes, and what was lost on the way follows."""
import collections
import concurrent.futures
import json
import os
import sqlite3
import sys

from control import connect, find
from pitbox import Stack, need
from stored import TICKS_A_SECOND, Stored
from transports import Srt

need("lossproxy", "pitbox-agent", "pitbox-server", "pitbox-sim", "stored-rows")

# Not a third of what all rows take, and more than inputs and position do.
NARROW_KBPS = 40
LIMIT = 90
LEAST_HZ = 10
NOTHING = {"rate_hz": 0, "thinned": None}  # what a server knows at first
LEVELS = ["all is sent", "of the rows what the pages show",
          "of the rows inputs, position, lap and fuel, 20 a second",
          "of the rows inputs, position, lap and fuel, 10 a second"]
THINNED = ("main", "key", "least")
# This machine's load is no matter here.
GOVERNOR = ("--governor", "on", "--budget-cpu-pct", "0", "--budget-pc-pct",
            "0", "--budget-game-fps", "0", "--budget-game-pct", "0",
            "--budget-memory-mb", "0", "--budget-free-mb", "0",
            "--governor-wait-s", "6")
RECORD = os.environ.pop("PITBOX_GOVERNOR_LOG", None)
KEY_FIELDS = {"SessionTime", "Throttle", "Brake", "Clutch", "Gear", "Speed",
              "SteeringWheelAngle", "LapDistPct", "Lap", "FuelLevel"}


class Way(Srt):
    """A paired agent, by this way and no other."""

    def __init__(self, stack, name):
        self.name = name
        self.arguments = ("--mode", "telemetry", "--transport", name,
                          "--latency-ms", "300", "--status-file",
                          stack.path("status"), *GOVERNOR, "--governor-log",
                          f"{RECORD}-{name}.csv" if RECORD
                          else stack.path("record"))


def level(stack):
    with open(stack.path("status"), encoding="utf-8") as f:
        return json.load(f)["governor"]["level"]


def telemetry(stack):
    return stack.driver(stack.name)["telemetry"] or NOTHING


def is_thin(stack):
    """As the server got to know it from the stream."""
    thinned = telemetry(stack)["thinned"]
    return thinned if thinned and thinned["rate_hz"] < TICKS_A_SECOND else None


def newest_tick(stack):
    return stack.get(f"/api/v1/drivers/{stack.name}/live")["tick"] or 0


def said(agent):
    """What the governor has done so far, as places in LEVELS."""
    return [LEVELS.index(line.split("governor: ", 1)[1].split(": ", 1)[0])
            for line in agent.err().splitlines() if "governor: " in line]


def check_order(steps):
    """One by one, whichever way."""
    for then, now in zip([0] + steps, steps):
        assert abs(now - then) == 1, steps


def check_page(stack):
    """Who looks at the driver's agent reads what is left out, and why."""
    page = connect(stack)
    seen = page.wait("agents", lambda m: ((find(m, stack.name) or {}).get("status")
                                          or {}).get("governor", {}).get(
                                              "level") in THINNED, 60)
    governor = find(seen, stack.name)["status"]["governor"]
    page.close()
    assert governor["reason"] == \
        "the network does not take all rows as they come", governor
    print(f"the page reads: {governor['level']}, {governor['reason']}")


def check_schema(stack):
    names = {v["name"] for v in stack.get(
        f"/api/v1/drivers/{stack.name}/schema")["vars"]}
    assert KEY_FIELDS <= names and "AirTemp" not in names, names


def row_ranges(stack):
    """What the index says is on disk: (run, first, rows), in order."""
    with sqlite3.connect(f"file:{stack.data}/pitbox.db?mode=ro",
                         uri=True) as db:
        return sorted(db.execute("SELECT run_id, first, n FROM row_ranges"))


def missing(stack, end):
    """Rows before END that are not stored yet; none is there twice."""
    lack, at = 0, collections.Counter()
    for run, first, n in row_ranges(stack):
        assert first >= at[run], f"row {first} is there twice"
        lack += max(0, min(first, end) - at[run])
        at[run] = first + n
    return lack


def window(stack, agent):
    """A second of ticks at least, four at most, in which nothing was changed
    and rows were thin."""
    first = last = 0
    while last - first < TICKS_A_SECOND:
        before = len(said(agent))
        first = stack.wait(lambda: newest_tick(stack), "a row", LIMIT)
        stack.wait(lambda: newest_tick(stack) > first + 4 * TICKS_A_SECOND
                   or len(said(agent)) != before, "time goes by", LIMIT)
        last = newest_tick(stack)
    return first, last


def check_rate(stack, ticks):
    """How many rows of these ticks there are, a second of the simulator's."""
    stored = Stored(stack.data, stack.name)
    first, last = ticks
    rows = stored.between(first, last)
    hz = rows * TICKS_A_SECOND / (last - first)
    print(f"while it was narrow: {rows} rows of {last - first} ticks, "
          f"{hz:.1f} a second", flush=True)
    # Of a busy machine the reader misses some ticks, and takes the next one.
    assert hz >= 0.7 * LEAST_HZ, (rows, first, last)
    assert stored.twice(0, last) == 0


def narrow(name):
    with Stack() as stack:
        stack.name = name  # of the driver, and with it of the simulator
        way = Way(stack, name)
        stack.add_driver(name)
        way.prepare(stack, name)
        stack.start_server()
        stack.start_sim(name)
        link = way.link(stack)
        try:
            agent = way.start_agent(stack, name, link, "agent")
            stack.wait(lambda: stack.state(name) == "live"
                       and telemetry(stack)["rate_hz"] > 40, "all rows", LIMIT)
            assert telemetry(stack)["thinned"] is None
            link.rate(NARROW_KBPS)
            thin = stack.wait(lambda: is_thin(stack), "rows are thinned", LIMIT)
            print(f"{name}: said in the stream: {thin}", flush=True)
            assert thin["rate_hz"] >= LEAST_HZ and 20 < thin["fields"] < 40 \
                and thin["of"] > 300, thin
            check_schema(stack)
            ticks = window(stack, agent)
            check_page(stack)
            link.rate(0)
            stack.wait(lambda: level(stack) == "whole"
                       and telemetry(stack)["thinned"] is None
                       and telemetry(stack)["rate_hz"] > 40,
                       "all rows again", LIMIT)
            steps = said(agent)
            check_order(steps)
            print(f"{name}: levels {steps}", flush=True)
            # By the rounds that follow; what a busy machine loses behind it
            # would come with a later one.
            end = max(first + n for _, first, n in row_ranges(stack))
            stack.wait(lambda: missing(stack, end) == 0, "what was lost", LIMIT)
            assert agent.alive()
            agent.stop()
        finally:
            link.stop()
        stack.server.stop()
        check_rate(stack, ticks)
    print(f"ok {name}", flush=True)


def main():
    os.environ.pop("PITBOX_GOVERNOR", None)  # the other tests' own
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for done in [pool.submit(narrow, name)
                     for name in ("websocket", "srt")]:
            done.result()


if __name__ == "__main__":
    sys.exit(main())
