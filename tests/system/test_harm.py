#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the agent costs the game: a cost that is there is found in words and
numbers, one that is not is not invented, what pauses really stops, and a race
that changes ends without a conclusion. The game is a simulator that draws fewer
frames for what the agent's process takes of a core."""
import concurrent.futures
import json
import os
import subprocess
import time

from pitbox import Stack, need

need("pitbox-agent", "pitbox-server", "pitbox-sim")

SHORT = ("--harm-rounds", "6", "--harm-window-ms", "2000",
         "--harm-settle-ms", "1000")
PICTURE = ("--mode", "video", "--width", "320", "--height", "180",
           "--framerate", "15", "--encoder", "x264enc", "--latency-ms", "500")
LIMIT = 280


def status(stack):
    try:
        with open(stack.path("status"), encoding="utf-8") as f:
            return json.load(f)
    except (OSError, ValueError):
        return None


def measure(stack, driver, fps, *args):
    """An agent that measures itself and ends, and the game that it slows."""
    stack.add_driver(driver)
    stack.start_server()
    stack.start_sim(driver, "--burden-fps", str(fps), "--control",
                    stack.path("socket"))
    tell(stack, "status")
    agent = stack.start_agent(driver, "--selftest", "harm", *SHORT, *args,
                              "--status-file", stack.path("status"))
    tell(stack, "burden", f"value={agent.pid}")
    return agent


def tell(stack, *words):
    done = subprocess.run(["pitbox-sim", "--tell", stack.path("socket"),
                           *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def wait_end(agent):
    """Its exit code; what is said meanwhile is seen by the caller's own eyes."""
    return agent.popen.wait(LIMIT)


def report(agent):
    path = agent.wait_for(r"^All numbers: (.*)$", 1).group(1)
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def cost_of_a_picture():
    with Stack() as stack:
        agent = measure(stack, "dear", 400, *PICTURE)
        seen, rows = {}, 0
        end = time.monotonic() + LIMIT
        while agent.alive() and time.monotonic() < end:
            s = status(stack)
            if s and s.get("harm") and s["harm"]["on"]:
                seen.setdefault(s["harm"]["work"], []).append(s)
            time.sleep(0.2)
        assert agent.popen.wait(5) == 0, agent.out() + agent.err()[-2000:]
        print(agent.out())
        found = report(agent)
        assert found["rounds"] == 6 and len(found["windows"]) == 18, found
        whole = found["whole"]
        assert whole["fps"]["verdict"] == "worse", whole
        # What the simulator took away is what it saw the agent take.
        took = whole["agent_cpu_pct"]["difference"] / 100 * 400
        print(f"{-whole['fps']['difference']:.1f} fps fewer were found, the "
              f"simulator took {took:.1f} away")
        assert 0.5 * took < -whole["fps"]["difference"] < 2 * took, whole
        # In pauses there is nothing that could cost.
        nothing = [s for s in seen["nothing"] if s["state"] == "waiting"]
        assert nothing and all("link" not in s and "codec" not in s
                               for s in nothing), nothing
        assert "measures what the agent costs" in nothing[0]["reason"]
        assert {s["mode"] for s in seen["whole"]} >= {"video"}, seen["whole"]
        assert any(s["state"] == "streaming" and s["mode"] == "telemetry"
                   for s in seen["telemetry"]), seen["telemetry"]
        assert "fewer" in agent.out().splitlines()[0], agent.out()
    print("ok cost of a picture")


def no_cost():
    with Stack() as stack:
        agent = measure(stack, "cheap", 0, "--mode", "telemetry")
        assert wait_end(agent) == 0, agent.out() + agent.err()[-2000:]
        print(agent.out())
        found = report(agent)
        fps = found["whole"]["fps"]
        assert found["rounds"] == 6 and "telemetry" not in found, found
        # The game's own noise is 1.2 fps a second: by luck alone a window of two
        # seconds differs by as much.
        assert abs(fps["difference"]) < 3, fps
        assert fps["verdict"] == "none" or abs(fps["difference"]) < 2, fps
    print("ok no cost")


def changing_race():
    """The camera is never the same for a round."""
    with Stack() as stack:
        agent = measure(stack, "changing", 0, "--mode", "telemetry")
        on = True
        end = time.monotonic() + LIMIT
        while agent.alive() and time.monotonic() < end:
            on = not on
            tell(stack, "replay", f"value={int(on)}")
            time.sleep(1.5)
        assert agent.popen.wait(5) == 1, agent.out()
        print(agent.out())
        first = agent.out().splitlines()[0]
        assert "cannot be told" in first, first
        assert "replay" in first or "car" in first, first
    print("ok changing race")


def no_game():
    with Stack() as stack:
        stack.add_driver("none")
        stack.start_server()
        agent = stack.start_agent("none", "--selftest", "harm")
        assert agent.popen.wait(60) == 1
        assert "No simulator runs" in agent.err(), agent.err()
        agent = stack.start_agent("none", "--selftest", "speed", name="word")
        assert agent.popen.wait(60) == 2
        assert "--selftest" in agent.err(), agent.err()
    print("ok no game")


os.environ.pop("PITBOX_PRIORITY", None)
with concurrent.futures.ThreadPoolExecutor() as pool:
    for each in [pool.submit(f) for f in (cost_of_a_picture, no_cost,
                                          changing_race, no_game)]:
        each.result()
