#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The agent for Windows and its desktop, under wine: a taskbar that begins anew
gets the icon again; that of an agent which crashed, was killed or hung goes with
it and comes back with the next; a session that ends ends it."""
import glob
import os
import re

from pitbox import Stack, need
from windows import Windows, need_windows, z

need_windows()
need("pitbox-server")

AGENT = "pitbox-agent.exe"
LONG = 120


class Desk:
    def __init__(self, stack, pc):
        self.stack, self.pc = stack, pc
        self.n = 0
        self.taskbar = None

    def start_taskbar(self):
        self.n += 1
        self.taskbar = self.pc.start(f"taskbar-{self.n}", "taskbar.exe")
        self.stack.wait(lambda: "here 1" in self.taskbar.out(), "a taskbar", LONG)

    def told(self):
        """What was asked of the taskbar: (what, window)."""
        return re.findall(r"^(\w+) ([0-9a-f]+) 1 (?:alive|dead)",
                          self.taskbar.out(), re.M)

    def icons(self):
        """Windows whose icon is there."""
        there = []
        for what, window in self.told():
            if what == "add":
                there.append(window)
            elif what == "delete":
                there = [w for w in there if w != window]
        return there

    def wait_icon(self, other_than=()):
        """Just one, and not one of those."""
        def one():
            there = self.icons()
            return len(there) == 1 and there[0] not in other_than and there

        return self.stack.wait(one, "one icon", LONG)[0]

    def start_agent(self, *args):
        self.n += 1
        return self.pc.start(
            f"agent-{self.n}", AGENT, "--server",
            f"127.0.0.1:{self.stack.srt_port}", "--driver", "car1",
            "--passphrase-file", z(self.stack.key_file("car1")), "--mode",
            "telemetry", "--supervise", "--tray", "--watchdog-s", "12", *args)

    def pair(self, other_than=None):
        """Windows ids of keeper and agent."""
        def both():
            found = self.pc.processes(AGENT)
            pids = {pid for pid, _ in found}
            return next(((parent, pid) for pid, parent in found
                         if parent in pids and pid != other_than), None)

        return self.stack.wait(both, "an agent and its keeper", LONG)


def a_new_taskbar_gets_the_icon(desk):
    icon = desk.wait_icon()
    for _ in range(3):
        desk.taskbar.kill()
        desk.start_taskbar()
        assert desk.wait_icon() == icon
        # Its words, too.
        desk.stack.wait(lambda: "PitBox Relay: " in desk.taskbar.out(),
                        "a tooltip", LONG)
    print("ok a taskbar that begins anew gets the icon, three times")


def the_icon_goes_with_its_agent(desk, keeper):
    icon, pid = desk.wait_icon(), desk.pair()[1]
    seen = [icon]
    for how in ("crash", "kill", "freeze"):
        desk.pc.strike(how, pid)
        pid = desk.pair(pid)[1]
        icon = desk.wait_icon(seen)
        seen.append(icon)
    assert keeper.err().count("ended unexpectedly") == 3, keeper.err()
    assert keeper.err().count("has hung for") == 1, keeper.err()
    whole = desk.taskbar.out()
    assert len(re.findall(r"^delete \w+ 1 dead", whole, re.M)) == 3, whole
    logs = os.path.join(desk.pc.folder("LOCALAPPDATA"), "PitBox Relay", "logs")
    texts = []
    for name in glob.glob(os.path.join(logs, "crash-*.txt")):
        with open(name, encoding="utf-8") as f:
            texts.append(f.read())
    assert len(texts) == 2, texts
    assert sum("did not answer for" in t for t in texts) == 1, texts
    print("ok crashed, killed, hung: the icon goes and comes back each time, "
          "and two reports say why")


def the_session_ends(desk, keeper):
    desk.pc.strike("shutdown", desk.pair()[1])
    desk.stack.wait(lambda: not desk.pc.pids(AGENT), "nobody left", LONG)
    assert keeper.popen.wait(LONG) == 0, keeper.err()
    assert "stopped" in keeper.err(), keeper.err()
    assert desk.icons() == [], desk.taskbar.out()
    print("ok the end of the session ends both, and the icon goes")


def main():
    with Stack() as stack, Windows(stack) as pc:
        stack.add_driver("car1")
        stack.start_server()
        desk = Desk(stack, pc)
        desk.start_taskbar()
        keeper = desk.start_agent()
        a_new_taskbar_gets_the_icon(desk)
        the_icon_goes_with_its_agent(desk, keeper)
        the_session_ends(desk, keeper)


if __name__ == "__main__":
    main()
