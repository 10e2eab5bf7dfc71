#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The agent for Windows under wine: it is paired, believes whom Windows
believes, keeps its secrets sealed, and each row of the simulator for Windows is
stored by a server on Linux, byte for byte; however it is ended, it ends."""
import glob
import json
import os
import re
import signal
import subprocess
import time

from pitbox import Stack, need
from test_pairing import Team
from windows import Windows, need_windows, z
from windows_rows import compare, sessions

need_windows()
need("pitbox-server", "gst-launch-1.0", "openssl")

AGENT, SIM = "pitbox-agent.exe", "pitbox-sim.exe"
DRIVER = "car1"
LONG = 120


def make_authority(stack):
    """A CA that only the Windows PC believes, and a server's certificate."""
    def openssl(*args):
        subprocess.run(["openssl", *args], check=True, capture_output=True,
                       cwd=stack.folder)

    ca = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *ca, "-days", "2", "-subj", "/CN=Team CA",
            "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", *ca, "-subj", "/CN=relay", "-keyout", "relay.key", "-out",
            "relay.csr")
    with open(stack.path("ext"), "w", encoding="utf-8") as f:
        f.write("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "relay.csr", "-CA", "ca.pem", "-CAkey",
            "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "ext",
            "-out", "relay.pem")
    openssl("x509", "-in", "ca.pem", "-outform", "der", "-out", "ca.der")


class Driver:
    """Whoever sits at the PC."""

    def __init__(self, stack, pc, team):
        self.stack, self.pc, self.team = stack, pc, team

    def pair(self, name):
        agent = self.pc.start(name, AGENT, "pair", "--server", self.stack.url)
        found = self.stack.wait(
            lambda: re.findall(r"Code (\w{3})-(\w{3}),", agent.out())
            or not agent.alive(), "a code", LONG)
        return agent, None if found is True else "".join(found[-1])

    def agent(self, name, *args, env=None):
        return self.pc.start(
            name, AGENT, "--status-file", z(self.stack.path("status")),
            "--mode", "telemetry", *args, env=env)

    def sim(self, name, *args):
        return self.pc.start(name, SIM, "--cars", "20", *args)

    def status(self):
        try:
            with open(self.stack.path("status"), encoding="utf-8") as f:
                return json.load(f)
        except (OSError, ValueError):
            return {}

    def wait_streaming(self):
        self.stack.wait(lambda: self.status().get("state") == "streaming",
                        "streaming", LONG)
        self.team.live(DRIVER, LONG)

    def forget_status(self):
        if os.path.exists(self.stack.path("status")):
            os.unlink(self.stack.path("status"))


def who_windows_believes(driver):
    agent, code = driver.pair("pair-unknown")
    assert code is None and agent.popen.wait(LONG) == 1
    assert "nobody whom this PC trusts" in agent.err(), agent.err()
    driver.pc.strike("trust", z(driver.stack.path("ca.der")))
    agent, code = driver.pair("pair")
    assert code is not None, agent.err()
    driver.team.good("POST", "/api/v1/pairing/approve",
                     {"code": code, "driver": DRIVER})
    assert agent.popen.wait(LONG) == 0, agent.err()
    print("ok a CA in Windows' own store vouches for a server")


def secrets_are_sealed(driver):
    folder = os.path.join(driver.pc.folder("APPDATA"), "PitBox Relay")
    with open(os.path.join(folder, "pairing"), "rb") as f:
        sealed = f.read()
    for word in (b"token", b"passphrase", b"pbd_", b"127.0.0.1"):
        assert word not in sealed, word
    print(f"ok what was paired is sealed, {len(sealed)} bytes in {folder}")


def rows_are_stored(driver, transport):
    """Also what comes while nobody listens yet is not counted: from the first
    row that is stored to the last one that was written."""
    stack = driver.stack
    before = sessions(stack, DRIVER)
    driver.forget_status()
    agent = driver.agent("agent-" + transport, "--transport", transport)
    agent.wait_for("waiting: for the simulator", LONG)
    ibt = stack.path(transport + ".ibt")
    sim = driver.sim("sim-" + transport, "--speed", "1", "--write-live",
                     z(ibt), "--seed", "7" if transport == "srt" else "8")
    driver.wait_streaming()
    assert driver.status()["transport"] == transport, driver.status()
    rows = driver.status()["telemetry"]["rows"]
    stack.wait(lambda: driver.status()["telemetry"]["rows"] > rows + 900,
               "900 rows", LONG)
    assert sim.stop(signal.SIGINT, LONG) == 0, sim.err()
    agent.wait_for("simulator gone", LONG)
    driver.forget_status()
    stack.wait(driver.status, "a status of after that", LONG)
    compare(stack, DRIVER, ibt, before,
            driver.status()["telemetry"]["lost_ticks"], transport)
    assert agent.stop(signal.SIGINT, LONG) == 0, agent.err()
    assert "stopped" in agent.err()


def it_ends_however_it_is_ended(driver):
    pc, stack = driver.pc, driver.stack
    sim = driver.sim("sim-ends")
    for way in ("close", "shutdown"):
        driver.forget_status()
        agent = driver.agent("agent-" + way)
        driver.wait_streaming()
        pid, = pc.pids(AGENT)
        began = time.monotonic()
        pc.strike(way, pid)
        assert agent.popen.wait(LONG) == 0, agent.err()
        assert "stopped" in agent.err()
        print(f"ok {way} ends it after {time.monotonic() - began:.1f} s")
    driver.forget_status()
    agent = driver.agent("agent-first")
    driver.wait_streaming()
    second = driver.agent("agent-second")
    assert second.popen.wait(LONG) == 0
    assert "already runs" in second.err(), second.err()
    assert agent.alive()
    pid, = pc.pids(AGENT)
    pc.strike("wake", pid)
    agent.wait_for("awake again", LONG)
    assert agent.stop(signal.SIGINT, LONG) == 0
    assert sim.stop(signal.SIGINT, LONG) == 0
    stack.wait(lambda: not pc.pids(AGENT), "nothing left", LONG)
    print("ok a second agent leaves; sleep is noticed; Ctrl-C ends it")


def a_crash_leaves_a_report(driver):
    pc, stack = driver.pc, driver.stack
    device, = driver.team.devices()
    passphrase = driver.team.good(
        "POST", f"/api/v1/devices/{device}/rotate")["passphrase"]
    sim = driver.sim("sim-crash")
    driver.forget_status()
    agent = driver.agent("agent-crash")
    driver.wait_streaming()
    agent.wait_for("the server has changed the pairing", LONG)
    pid, = pc.pids(AGENT)
    pc.strike("crash", pid)
    assert agent.popen.wait(LONG) != 0
    logs = os.path.join(pc.folder("LOCALAPPDATA"), "PitBox Relay", "logs")
    report, = glob.glob(os.path.join(logs, "crash-*.txt"))
    with open(report, encoding="utf-8") as f:
        text = f.read()
    for words in ("PitBox Relay", "0xc0000005, access violation", "executed",
                  "stack, the innermost first"):
        assert words in text, text
    dump, = glob.glob(os.path.join(logs, "crash-*.dmp"))
    with open(dump, "rb") as f:
        dumped = f.read()
    for path in glob.glob(os.path.join(logs, "*")):
        with open(path, "rb") as f:
            content = f.read()
        assert not re.search(rb"pbd_\w{8}", content), path
        assert not re.search(rb"p\0b\0d\0_\0\w\0", content), path
        assert passphrase.encode() not in content, path
        assert passphrase.encode("utf-16le") not in content, path
    with open(os.path.join(logs, "agent.log"), encoding="utf-8") as f:
        assert "streaming: telemetry" in f.read()
    sim.stop(signal.SIGINT, LONG)
    print(f"ok a crash leaves {len(text)} bytes for people and a dump of "
          f"{len(dumped)} bytes, no secret in either")


def main():
    with Stack() as stack, Windows(stack) as pc:
        make_authority(stack)
        team = Team(stack, "--tls-certificate", stack.path("relay.pem"),
                    "--tls-key", stack.path("relay.key"))
        driver = Driver(stack, pc, team)
        who_windows_believes(driver)
        secrets_are_sealed(driver)
        for transport in ("websocket", "srt"):
            rows_are_stored(driver, transport)
        it_ends_however_it_is_ended(driver)
        a_crash_leaves_a_report(driver)


if __name__ == "__main__":
    main()
