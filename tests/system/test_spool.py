#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An outage with an agent's death in it: every row that was read is stored
once, new rows go first, and what is missing is said to be missing."""
import os
import sqlite3
import sys
import time

from pitbox import Stack, need
from test_control import give_token
from test_units import Relay, port_of, status_of, stored_ticks, write_pairing

need("klv-dump", "pitbox-agent", "pitbox-server", "pitbox-sim")


def start_agent(stack, env, name, *args):
    return stack.start(name, [
        "pitbox-agent", "--mode", "telemetry", "--shm-name", stack.shm("car1"),
        "--status-file", stack.path("status"),
        "--transport", "websocket", *args], env=env)


def status(stack):
    """Of the agent that runs now; None while it has none."""
    try:
        return status_of(stack)
    except (OSError, ValueError):
        return None


def ranges(stack):
    """What the index says is on disk: (kind, run, first, rows)."""
    with sqlite3.connect(f"file:{stack.data}/pitbox.db?mode=ro",
                         uri=True) as db:
        return db.execute(
            "SELECT s.kind, r.run_id, r.first, r.n FROM row_ranges r "
            "JOIN sessions s ON s.pk = r.session").fetchall()


def check_ranges(stack):
    """Per run: no row twice, none missing up to the newest one."""
    runs = {}
    for _, run, first, n in ranges(stack):
        runs.setdefault(run, []).append((first, first + n))
    for run, parts in runs.items():
        at = 0
        for first, end in sorted(parts):
            assert first == at, f"run {run:08x}: row {first} follows {at - 1}"
            at = end
    return {run: max(end for _, end in parts) for run, parts in runs.items()}


def all_there(stack, n_runs):
    try:
        return len(check_ranges(stack)) == n_runs
    except AssertionError:
        return False


def test_outage(stack):
    relay = Relay(port_of(stack))
    env = write_pairing(stack, f"http://127.0.0.1:{relay.port}")
    stack.start_sim("car1")
    first = start_agent(stack, env, "agent-1")
    first.wait_for("streaming: telemetry to http.* by WebSocket", 30)
    stack.wait(lambda: len(ranges(stack)) > 0, "rows in the index")
    # The network goes, rows go on, the agent dies in it.
    relay.hold()
    written = status(stack)["spool"]["written_rows"]
    stack.wait(lambda: status(stack)["spool"]["written_rows"] > written + 500,
               "rows on the disk", 30)
    first.kill()
    os.unlink(stack.path("status"))
    # Rows that nobody reads: a gap that the marks show.
    time.sleep(1)
    second = start_agent(stack, env, "agent-2")
    stack.wait(lambda: (s := status(stack)) and s.get("spool")
               and s["spool"]["written_rows"] > 200, "more rows", 30)
    # Back: what is made now comes first.
    runs = len({run for _, run, _, _ in ranges(stack)})
    began = time.monotonic()
    relay.release()
    stack.wait(lambda: stack.state("car1") == "live", "live", 30)
    live = time.monotonic() - began
    print(f"live {live:.2f} s after the network came back")
    assert live < 10, live
    stack.wait(lambda: len({r for _, r, _, _ in ranges(stack)}) > runs,
               "the new run's rows")
    # The server dies while the rest follows.
    stack.wait(lambda: any(k == "backfill" for k, _, _, _ in ranges(stack)),
               "back-fill begins", 40)
    port = port_of(stack)
    stack.server.kill()
    stack.start_server("--http-port", str(port), name="server-2")
    second.wait_for(r"streaming(?s:.*)streaming", 30)
    stack.wait(lambda: all_there(stack, 2), "all has followed", 90)
    print(f"back-filled {time.monotonic() - began:.1f} s after the network "
          "came back")
    assert second.stop() == 0
    ends = check_ranges(stack)
    assert len(ends) == 2, ends
    ticks = stored_ticks(stack, "car1")
    twice = [t for t, n in ticks.items() if n != 1]
    assert not twice, f"{len(twice)} rows are stored twice: {twice[:9]}"
    assert sum(ends.values()) == len(ticks), (ends, len(ticks))
    check_marks(stack)
    relay.close()


def check_marks(stack):
    """What the API says of it: live, followed, live, and one gap."""
    found = stack.get("/api/v1/drivers/car1/coverage")["intervals"]
    states = [i["state"] for i in found]
    assert states.count("missing") == 1, found
    assert "backfilled" in states and states[0] == states[-1] == "measured", (
        found)
    for a, b in zip(found, found[1:]):
        assert a["to_utc_ms"] == b["from_utc_ms"], (a, b)
    gap = found[states.index("missing")]
    assert 100 < gap["to_utc_ms"] - gap["from_utc_ms"] < 20000, gap
    kinds = {s["kind"] for s in stack.get("/api/v1/sessions")["sessions"]}
    assert kinds == {"live", "backfill"}, kinds
    before = gap["from_utc_ms"]
    some = stack.get("/api/v1/drivers/car1/coverage?"
                     f"from_utc_ms={before - 500}&to_utc_ms={before}")
    assert [i["state"] for i in some["intervals"]] == ["backfilled"], some
    check_rows(stack, gap)
    stack.get("/api/v1/drivers/car1/coverage?from_utc_ms=2&to_utc_ms=1", 400)
    stack.get("/api/v1/drivers/nobody/coverage", 404)


def check_rows(stack, gap):
    """The rows themselves: marked, in their order, none across the gap."""
    # Not more than what followed and what was live around it.
    query = (f"/api/v1/drivers/car1/rows?from_utc_ms={gap['from_utc_ms'] - 5000}"
             f"&to_utc_ms={gap['to_utc_ms'] + 2000}&fields=SessionTime,Nonsense")
    found = stack.get(query)
    assert found["fields"] == ["SessionTime", "Nonsense"], found
    assert found["next_utc_ms"] is None, found["next_utc_ms"]
    before = None
    breaks = 0
    for s in found["stretches"]:
        times, nothing = s["values"]
        assert len(s["tick"]) == len(s["utc_ms"]) == len(times), s
        assert set(nothing) == {None}, nothing
        assert times == sorted(times) and s["utc_ms"] == sorted(s["utc_ms"]), s
        assert before is None or s["tick"][0] > before, (before, s["tick"][0])
        breaks += s["utc_ms"][0] >= gap["to_utc_ms"] - 50 and not s["follows"] \
            and before is not None
        before = s["tick"][-1]
        assert not any(gap["from_utc_ms"] + 50 < t < gap["to_utc_ms"] - 50
                       for t in s["utc_ms"]), (gap, s["utc_ms"])
    assert breaks >= 1, found
    assert "backfilled" in {s["state"] for s in found["stretches"]}
    alone = stack.get(query + "&state=backfilled")["stretches"]
    assert {s["state"] for s in alone} == {"backfilled"}, alone
    rows = sum(len(s["tick"]) for s in alone)
    assert rows == sum(len(s["tick"]) for s in found["stretches"]
                       if s["state"] == "backfilled"), rows


def test_blocked(stack):
    """HTTP is blocked for a while: SRT carries the rows, why nothing follows is
    said, then WebSocket is taken again, and no row is missing."""
    relay = Relay(port_of(stack))
    env = write_pairing(stack, f"http://127.0.0.1:{relay.port}")
    if os.path.exists(stack.path("status")):
        os.unlink(stack.path("status"))
    runs = len({run for _, run, _, _ in ranges(stack)})
    agent = stack.start("agent-3", [
        "pitbox-agent", "--mode", "telemetry", "--shm-name", stack.shm("car1"),
        "--status-file", stack.path("status")], env=env)
    agent.wait_for("streaming: telemetry to http.* by WebSocket", 60)
    stack.wait(lambda: len({r for _, r, _, _ in ranges(stack)}) > runs,
               "the new run's rows", 60)
    relay.hold()
    agent.wait_for(r"streaming: telemetry to 127\.0\.0\.1:\d+$", 60)
    stack.wait(lambda: (stack.driver("car1")["link"] or {}).get("transport")
               == "srt", "by SRT", 60)
    agent.wait_for("nothing gets through to http.* by HTTP .* stays on this "
                   "PC's disk", 90)
    relay.release()
    began = time.monotonic()
    stack.wait(lambda: (status(stack) or {}).get("transport") == "websocket",
               "WebSocket again", 180)
    print(f"WebSocket again {time.monotonic() - began:.0f} s after it could")
    stack.wait(lambda: all_there(stack, runs + 1), "all has followed", 120)
    assert agent.stop() == 0
    relay.close()


def main():
    with Stack() as stack:
        stack.keys = {"car1": stack.add_driver("car1")}
        stack.cred = give_token(stack, "car1")
        stack.start_server()
        for test in (test_outage, test_blocked):
            began = time.monotonic()
            test(stack)
            print(f"ok {test.__name__} ({time.monotonic() - began:.1f} s)",
                  flush=True)


if __name__ == "__main__":
    sys.exit(main())
