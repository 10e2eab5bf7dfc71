#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""pitbox-agent --supervise: who kills the agent gets it again, and so does who
lets it hang; who kills its keeper, or asks it to end, gets rid of both."""
import glob
import json
import os
import signal
import subprocess

from pitbox import Stack, need

need("pitbox-agent", "pitbox-server", "pitbox-sim", "pgrep")


def children(pid):
    out = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True,
                         text=True)
    return [int(p) for p in out.stdout.split()]


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
        return f.read().rpartition(")")[2].split()[0] != "Z"


def status(stack):
    try:
        with open(stack.path("status"), encoding="utf-8") as f:
            return json.load(f)
    except (OSError, ValueError):
        return {}


def keeper_of(stack, name, *args):
    keeper = stack.start_agent(
        "car1", "--mode", "telemetry", "--supervise", "--log-file",
        stack.path("agent.log"), "--status-file", stack.path("status"),
        *args, name=name)
    stack.wait(lambda: children(keeper.pid), "an agent", 60)
    stack.wait(lambda: stack.state("car1") == "live", "live", 60)
    return keeper


def the_agent_comes_back(stack):
    keeper = keeper_of(stack, "keeper")
    for n in range(3):
        old = children(keeper.pid)[0]
        os.kill(old, signal.SIGSEGV if n == 0 else signal.SIGKILL)
        stack.wait(lambda: keeper.err().count("ended unexpectedly") == n + 1,
                   "the keeper's word", 60)
        os.unlink(stack.path("status"))
        stack.wait(lambda: children(keeper.pid)
                   and children(keeper.pid)[0] != old, "another one", 60)
        stack.wait(lambda: status(stack).get("state") == "streaming",
                   "streaming again", 60)
    stack.wait(lambda: stack.state("car1") == "live", "live again", 60)
    child = children(keeper.pid)[0]
    assert keeper.stop(signal.SIGTERM, 60) == 0
    stack.wait(lambda: not alive(child), "the agent's end", 60)
    with open(stack.path("agent.log"), encoding="utf-8") as f:
        log = f.read()
    # The last one ended as it should; those before it could not say anything.
    assert log.count(" stopped\n") == 1, log
    with open(stack.path("agent-keeper.log"), encoding="utf-8") as f:
        log = f.read()
    assert log.count("has ended unexpectedly") == 3, log
    print("ok three agents died, the fourth ended with its keeper")


def without_a_keeper_there_is_no_agent(stack):
    keeper = keeper_of(stack, "keeper-2")
    child = children(keeper.pid)[0]
    keeper.kill()
    stack.wait(lambda: not alive(child), "the agent's end", 60)
    assert "stopped" in keeper.err(), keeper.err()
    print("ok an agent without its keeper says good-bye and ends")


def an_agent_that_hangs_is_replaced(stack):
    """It stands still as one does that waits for something for ever."""
    keeper = keeper_of(stack, "keeper-3", "--watchdog-s", "10")
    old = children(keeper.pid)[0]
    os.kill(old, signal.SIGSTOP)
    stack.wait(lambda: "has hung for" in keeper.err(), "the keeper's word", 120)
    stack.wait(lambda: children(keeper.pid)
               and children(keeper.pid)[0] != old, "another one", 60)
    os.unlink(stack.path("status"))
    stack.wait(lambda: status(stack).get("state") == "streaming",
               "streaming again", 60)
    stack.wait(lambda: not alive(old), "the end of the old one", 60)
    report, = glob.glob(stack.path("state/pitbox/crash-*.txt"))
    with open(report, encoding="utf-8") as f:
        text = f.read()
    assert "did not answer" in text and str(old) in text, text
    assert "passphrase" not in text, text
    assert keeper.stop(signal.SIGTERM, 60) == 0
    print("ok an agent that hangs is replaced, and a report says so")


def settings_that_make_no_sense_are_tried_once(stack):
    run = subprocess.run(["pitbox-agent", "--supervise", "--encoder", "nonsense"],
                         capture_output=True, text=True, timeout=60)
    assert run.returncode == 2, run
    assert run.stderr.count("nonsense") == 1, run.stderr
    print("ok settings that make no sense end both with 2")


with Stack() as s:
    os.environ["XDG_STATE_HOME"] = s.path("state")
    s.add_driver("car1")
    s.start_server()
    s.start_sim("car1")
    the_agent_comes_back(s)
    without_a_keeper_there_is_no_agent(s)
    an_agent_that_hangs_is_replaced(s)
    settings_that_make_no_sense_are_tried_once(s)
