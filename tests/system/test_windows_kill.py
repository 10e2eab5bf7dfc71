#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The agent for Windows under wine, started by its keeper: agents, keepers,
servers and simulators come and go, the disk runs full; nothing hangs, and what
it has for itself stays as small as it was."""
import json
import os
import signal
import time

from control import give_token
from pitbox import Stack, need
from test_disk_full import SmallDisk
from windows import Windows, need_windows, z

need_windows()
need("pitbox-server")

AGENT, SIM = "pitbox-agent.exe", "pitbox-sim.exe"
LONG = 120
ROUNDS = 20


class Pc:
    def __init__(self, stack, windows):
        self.stack, self.windows = stack, windows
        self.n = 0

    def status(self):
        try:
            with open(self.stack.path("status"), encoding="utf-8") as f:
                return json.load(f)
        except (OSError, ValueError):
            return {}

    def wait_state(self, *states):
        """A status that is written from now on says so."""
        try:
            os.unlink(self.stack.path("status"))
        except FileNotFoundError:
            pass
        self.stack.wait(lambda: self.status().get("state") in states,
                        " or ".join(states), LONG)

    def start(self, *args):
        self.n += 1
        return self.windows.start(
            f"keeper-{self.n}", AGENT, "--supervise", "--server",
            f"127.0.0.1:{self.stack.srt_port}", "--driver", "car1",
            "--passphrase-file", z(self.stack.key_file("car1")), "--mode",
            "telemetry", "--status-file", z(self.stack.path("status")), *args)

    def sim(self):
        self.n += 1
        return self.windows.start(f"sim-{self.n}", SIM, "--cars", "20")

    def worker(self, keeper_first=True):
        """Windows ids of keeper and agent."""
        found = self.windows.processes(AGENT)
        pids = {pid for pid, _ in found}
        for pid, parent in found:
            if parent in pids:
                return parent, pid
        return None

    def wait_pair(self, other_than=None):
        return self.stack.wait(
            lambda: (p := self.worker()) and p[1] != other_than and p,
            "an agent and its keeper", LONG)


def agents_die(pc):
    keeper = pc.start()
    pc.wait_state("streaming")
    ids = pc.wait_pair()
    for how in ("crash", "kill", "kill"):
        pc.windows.strike(how, ids[1])
        ids = pc.wait_pair(ids[1])
        pc.wait_state("streaming")
    assert keeper.err().count("ended unexpectedly") == 3, keeper.err()
    print("ok an agent that crashed, and two that were killed, came back")
    return keeper


def keepers_die(pc, keeper):
    pc.windows.strike("kill", pc.wait_pair()[0])
    keeper.popen.wait(LONG)
    pc.stack.wait(lambda: not pc.windows.pids(AGENT), "nobody left", LONG)
    assert "stopped" in keeper.err(), keeper.err()
    keeper = pc.start()
    pc.wait_state("streaming")
    assert keeper.stop(signal.SIGINT, LONG) == 0, keeper.err()
    pc.stack.wait(lambda: not pc.windows.pids(AGENT), "nobody left", LONG)
    keeper = pc.start()
    pc.wait_state("streaming")
    pc.windows.strike("close", pc.wait_pair()[0])
    assert keeper.popen.wait(LONG) == 0, keeper.err()
    pc.stack.wait(lambda: not pc.windows.pids(AGENT), "nobody left", LONG)
    print("ok with the keeper the agent goes: killed, Ctrl-C, closed")


def memory_mb(pid):
    """What nobody else has of it, as Linux counts: wine 8 does not tell the
    private bytes of another process."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as f:
        return sum(int(line.split()[1]) for line in f
                   if line.startswith("Private_")) / 1024


def count_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def cpu_s(popen_pid):
    with open(f"/proc/{popen_pid}/stat", encoding="utf-8") as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def simulators_come_and_go(pc, sim):
    """The agent without a keeper: its id on Linux is that of the process."""
    agent = pc.windows.start(
        "agent", AGENT, "--server", f"127.0.0.1:{pc.stack.srt_port}",
        "--driver", "car1", "--passphrase-file",
        z(pc.stack.key_file("car1")), "--mode", "telemetry", "--status-file",
        z(pc.stack.path("status")))
    pc.wait_state("streaming")
    began, cpu = time.monotonic(), cpu_s(agent.pid)
    seen = []
    for n in range(ROUNDS):
        gone = agent.err().count("simulator gone")
        if n % 2:
            sim.kill()
        else:
            assert sim.stop(signal.SIGINT, LONG) == 0, sim.err()
        pc.stack.wait(lambda: agent.err().count("simulator gone") > gone
                      or agent.err().count("waiting: for") > gone, "gone",
                      LONG)
        there = agent.err().count("simulator connected")
        sim = pc.sim()
        pc.stack.wait(
            lambda: agent.err().count("simulator connected") > there, "back",
            LONG)
        seen.append((memory_mb(agent.pid), count_files(agent.pid)))
    pc.wait_state("streaming")
    took = time.monotonic() - began
    print(f"ok the simulator left {ROUNDS} times in {took:.0f} s, with "
          f"{100 * (cpu_s(agent.pid) - cpu) / took:.2f} % of a core; "
          f"{seen[0][0]:.1f} MB of its own after the first, {seen[-1][0]:.1f} "
          f"after the last; {seen[0][1]} and {seen[-1][1]} files")
    assert seen[-1][1] < seen[1][1] + ROUNDS, seen
    return agent, sim


def servers_go(pc, agent):
    pc.stack.server.kill()
    agent.wait_for("backing-off", LONG)
    pc.stack.start_server(name="server-again")
    pc.wait_state("streaming")
    print("ok a server that was killed came back")


def the_disk_runs_full(pc):
    """Of log and spool: the stream goes on, and what is written afterwards is
    there."""
    disk = SmallDisk(pc.stack.path("small"))
    try:
        disk.__enter__()
    except SystemExit:
        print("no small disk here: nothing is said about a full one")
        return
    with open(pc.stack.path("token"), "w", encoding="utf-8") as f:
        f.write(give_token(pc.stack, "car1")["Authorization"].split()[1])
    log = os.path.join(disk.path, "agent.log")
    try:
        agent = pc.windows.start(
            "agent-full", AGENT, "--server", pc.stack.url, "--token-file",
            z(pc.stack.path("token")), "--driver", "car1", "--mode", "telemetry",
            "--status-file", z(pc.stack.path("status")), "--log-file", z(log),
            env={"XDG_DATA_HOME": z(disk.path)})
        pc.wait_state("streaming")
        disk.fill(0)
        pc.stack.server.kill()
        agent.wait_for("backing-off", LONG)
        pc.stack.start_server("--http-port", pc.stack.url.rsplit(":", 1)[1],
                              name="server-full")
        pc.wait_state("streaming")
        disk.clear()
        assert agent.stop(signal.SIGINT, LONG) == 0, agent.err()
        with open(log, encoding="utf-8") as f:
            text = f.read()
        assert text.endswith(" stopped\n") and "streaming" in text, text
    finally:
        disk.__exit__()
    print("ok a full disk costs no stream")


def ends_while_nobody_answers(pc, agent, sim):
    pc.stack.server.kill()
    assert agent.stop(signal.SIGINT, LONG) == 0, agent.err()
    assert sim.stop(signal.SIGINT, LONG) == 0, sim.err()
    agent = pc.start()
    pc.wait_state("waiting")
    assert agent.stop(signal.SIGINT, LONG) == 0, agent.err()
    print("ok without a server, and without a simulator, it ends")


def main():
    with Stack() as stack, Windows(stack) as windows:
        stack.add_driver("car1")
        stack.start_server()
        pc = Pc(stack, windows)
        sim = pc.sim()
        keepers_die(pc, agents_die(pc))
        agent, sim = simulators_come_and_go(pc, sim)
        servers_go(pc, agent)
        assert agent.stop(signal.SIGINT, LONG) == 0, agent.err()
        the_disk_runs_full(pc)
        agent = pc.start()
        pc.wait_state("streaming")
        ends_while_nobody_answers(pc, agent, sim)


if __name__ == "__main__":
    main()
