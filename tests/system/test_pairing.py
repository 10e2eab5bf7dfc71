#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A driver's PC is let in by a code, streams without a setting, follows what
the server changes, and is thrown out."""
import json
import os
import re
import signal
import ssl
import stat
import subprocess
import time
import urllib.error
import urllib.request

from pitbox import Stack, need

need("pitbox-agent", "pitbox-server", "pitbox-sim")
PASSWORD = "a long way to the pits"


class Team:
    """A server with accounts, an engineer who is logged in, and a PC."""

    def __init__(self, stack, *args):
        self.stack = stack
        self.home = stack.path("home")
        self.ssl = ssl.create_default_context()
        self.ssl.check_hostname = False
        self.ssl.verify_mode = ssl.CERT_NONE
        self.secrets = [PASSWORD]
        password = stack.path("password")
        with open(password, "w", encoding="utf-8") as f:
            f.write(PASSWORD + "\n")
        subprocess.run(
            ["pitbox-server", "--data-dir", stack.data, "user", "add", "eng",
             "--role", "engineer", "--password-file", password],
            check=True, timeout=30, capture_output=True)
        stack.start_server(*args)
        self.cookie = None
        _, headers, _ = self.call("POST", "/api/v1/auth/login",
                                  {"login": "eng", "password": PASSWORD})
        self.cookie = headers.get_all("Set-Cookie")[0].split(";")[0]

    def call(self, method, path, body=None, token=None):
        headers = {"Origin": self.stack.url}
        if token:
            headers["Authorization"] = "Bearer " + token
        elif self.cookie:
            headers["Cookie"] = self.cookie
        data = None
        if method != "GET":
            headers["Content-Type"] = "application/json"
            data = json.dumps(body or {}).encode()
        request = urllib.request.Request(self.stack.url + path, data=data,
                                         method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60,
                                        context=self.ssl) as r:
                return r.status, r.headers, json.loads(r.read() or "null")
        except urllib.error.HTTPError as e:
            return e.code, e.headers, json.loads(e.read() or "null")

    def good(self, method, path, body=None, status=200):
        got, _, answer = self.call(method, path, body)
        assert got == status, (method, path, got, answer)
        return answer

    def env(self):
        return {"XDG_CONFIG_HOME": self.home, "LC_ALL": "C.UTF-8"}

    def agent(self, name, *args):
        return self.stack.start(name, ["pitbox-agent", *args], env=self.env())

    def pair(self, name, *args):
        """Returns the agent that asks, and its code."""
        agent = self.agent(name, "pair", "--server", self.stack.url, *args)
        return agent, self.code(agent)

    def code(self, agent, n=1):
        """The n-th that it shows."""
        found = self.stack.wait(
            lambda: (re.findall(r"Code (\w{3})-(\w{3}),", agent.out())[n - 1:]
                     or not agent.alive()), "a code")
        assert found is not True, agent.err()
        return "".join(found[0])

    def approve(self, agent, code, driver, **more):
        self.good("POST", "/api/v1/pairing/approve",
                  {"code": code, "driver": driver, **more})
        assert agent.popen.wait(30) == 0, agent.err()
        kept = self.pairing()
        self.secrets += [kept["token"], kept["passphrase"]]
        return kept

    def file(self):
        return os.path.join(self.home, "pitbox", "pairing")

    def pairing(self):
        with open(self.file(), encoding="utf-8") as f:
            return dict(line.strip().split("=", 1) for line in f
                        if "=" in line)

    def start_streaming(self, name):
        """Nothing but where the simulator is and where the status goes."""
        return self.agent(name, "--shm-name", self.stack.shm("pc"), "--mode",
                          "telemetry", "--status-file",
                          self.stack.path("status"))

    def status(self):
        with open(self.stack.path("status"), encoding="utf-8") as f:
            return json.load(f)

    def driver(self, driver):
        return self.good("GET", f"/api/v1/drivers/{driver}")

    def live(self, driver, timeout=30):
        self.stack.wait(lambda: self.driver(driver)["state"] == "live",
                        f"{driver} is live", timeout)
        return self.driver(driver)["session_id"]

    def tick(self, driver):
        """Of its newest row, or None before the first."""
        _, _, live = self.call("GET", f"/api/v1/drivers/{driver}/live")
        return live.get("tick")

    def session(self, driver):
        """Of a stream that comes in now, or None."""
        return self.driver(driver)["session_id"]

    def devices(self):
        return {d["name"]: d
                for d in self.good("GET", "/api/v1/devices")["items"]}

    def no_secret_shows(self):
        """In no log, and in no list of processes."""
        for process in self.stack.processes:
            text = process.err() + process.out()
            if process.alive():
                with open(f"/proc/{process.pid}/cmdline",
                          encoding="utf-8") as f:
                    text += f.read()
            for secret in self.secrets:
                assert secret not in text, process.name


def a_first_start_says_what_to_do(team):
    """Without any setting: in the log, the status and --diagnose."""
    advice = "Pair it: pitbox-agent pair --server https://"
    agent = team.start_streaming("agent")
    agent.wait_for("not paired with a server yet, .*" + re.escape(advice), 60)
    team.stack.wait(lambda: os.path.exists(team.stack.path("status")),
                    "a status", 60)
    assert advice in team.status()["reason"], team.status()
    run = subprocess.run(
        ["pitbox-agent", "--diagnose", "--mode", "telemetry", "--shm-name",
         team.stack.shm("pc")], capture_output=True, text=True, timeout=60,
        env={**os.environ, **team.env()})
    assert run.returncode == 1, run
    assert re.search("^BAD  settings .*" + re.escape(advice), run.stdout,
                     re.M), run.stdout
    assert "BAD  server" not in run.stdout, run.stdout
    print("ok a first start without any setting says what to do")
    return agent


def paired_and_streaming(team):
    first = a_first_start_says_what_to_do(team)
    agent, code = team.pair("pair", "--name", "rig-1")
    assert f"{team.stack.url}/#/pair?code={code}" in agent.out(), agent.out()
    asks = team.good("POST", "/api/v1/pairing/lookup", {"code": code.lower()})
    assert asks["device"] == "rig-1", asks
    assert asks["address"] == "127.0.0.1" and asks["version"], asks
    assert 0 < asks["expires_utc_ms"] / 1000 - time.time() <= 600, asks
    assert not os.path.exists(team.file())
    began = time.monotonic()
    kept = team.approve(agent, code, "car7")
    print(f"paired {time.monotonic() - began:.1f} s after it was approved")
    assert "this PC is rig-1 and sends as car7" in agent.out(), agent.out()
    assert stat.S_IMODE(os.stat(team.file()).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(team.file())).st_mode) == 0o700
    assert kept["url"] == team.stack.url and kept["driver"] == "car7", kept
    # Once.
    for what in ("lookup", "approve", "refuse"):
        status, _, _ = team.call("POST", f"/api/v1/pairing/{what}",
                                 {"code": code, "driver": "car7"})
        assert status == 404, (what, status)
    status, _, own = team.call("GET", "/api/v1/device/self",
                               token=kept["token"])
    assert status == 200 and own["passphrase"] == kept["passphrase"], own
    # A name that is taken, and another PC that takes another one.
    agent, code = team.pair("pair-2", "--name", "rig-1")
    status, _, answer = team.call("POST", "/api/v1/pairing/approve",
                                  {"code": code, "driver": "car7"})
    assert status == 409 and "rig-1" in json.dumps(answer), answer
    agent.stop(signal.SIGINT)
    team.stack.start_sim("pc")
    run = subprocess.run(
        ["pitbox-agent", "--diagnose", "--mode", "telemetry", "--shm-name",
         team.stack.shm("pc")], capture_output=True, text=True, timeout=60,
        env={**os.environ, **team.env()})
    assert f"paired with {team.stack.url}" in run.stdout, run.stdout
    assert "takes this device" in run.stdout, run.stdout
    # The one that ran all the time takes it over by itself.
    first.wait_for("paired: rig-1 sends as car7", 60)
    first.wait_for("streaming: telemetry to", 60)
    team.live("car7", 60)
    team.stack.wait(lambda: team.status()["reason"] is None, "no reason", 60)
    device = team.devices()["rig-1"]
    assert device["kind"] == "agent" and device["online"], device
    assert device["version"] and device["address"], device
    print("ok a fresh PC is paired by a code and streams without a setting")


def rotated(team):
    """The stream goes on; the next one has the new passphrase by itself."""
    team.stack.wait(lambda: team.tick("car7"), "the first row")
    before = team.live("car7")
    old = team.pairing()
    rotated_to = team.good("POST", "/api/v1/devices/rig-1/rotate")["passphrase"]
    team.secrets.append(rotated_to)
    tick = team.tick("car7")
    team.stack.wait(lambda: team.tick("car7") > tick + 90, "it goes on", 30)
    assert team.session("car7") == before
    assert team.pairing() == old
    # The connection is cut: by the server, on the same ports.
    team.restart()
    after = team.live("car7", 60)
    assert after != before
    team.stack.wait(lambda: team.pairing()["passphrase"] == rotated_to,
                    "the new passphrase", 30)
    assert team.pairing()["token"] == old["token"]
    assert stat.S_IMODE(os.stat(team.file()).st_mode) == 0o600
    print("ok a new passphrase leaves the stream alone and reaches the agent")


def moved(team):
    """To another driver: by itself, too."""
    team.good("PATCH", "/api/v1/devices/rig-1", {"driver": "car8"}, 204)
    team.live("car8", 60)
    assert team.pairing()["driver"] == "car8"
    team.stack.wait(lambda: team.status()["driver"] == "car8", "the status")
    print("ok an agent follows to another driver")


def revoked(team, agent):
    session = team.session("car8")
    assert session
    began = time.monotonic()
    team.good("DELETE", "/api/v1/devices/rig-1", None, 204)
    team.stack.wait(lambda: team.session("car8") is None, "the stream's end", 5)
    took = time.monotonic() - began
    assert took < 1, took
    team.stack.server.wait_for("ends: .*(been taken back|been withdrawn)")
    agent.wait_for("revoked: the server has taken this PC's pairing back.*pair "
                   "--server " + team.stack.url)
    team.stack.wait(lambda: team.status()["state"] == "revoked", "the status")
    status, _, _ = team.call("GET", "/api/v1/device/self",
                             token=team.pairing()["token"])
    assert status == 401, status
    print(f"ok a revoked device's stream was over after {took:.2f} s, and its "
          "agent says so")


def paired_again(team, agent):
    """The agent that runs takes the new pairing by itself; until then it leaves
    the server alone."""
    refused = team.stack.server.err().count("is refused")
    asking, code = team.pair("pair-again", "--name", "rig-1")
    assert team.stack.server.err().count("is refused") == refused
    team.approve(asking, code, "car7")
    agent.wait_for("paired anew: rig-1 sends as car7")
    before = team.live("car7", 60)
    # Once more under the same name, in place of what it had: that stream ends.
    asking, code = team.pair("pair-replaced", "--name", "rig-1")
    old = team.pairing()
    team.approve(asking, code, "car7", replace=True)
    assert team.pairing()["passphrase"] != old["passphrase"]
    team.stack.wait(lambda: team.session("car7") not in (None, before),
                    "a stream by the new passphrase", 60)
    # One that was revoked while it did not run is told before it sends.
    assert agent.stop(signal.SIGINT) == 0
    team.good("DELETE", "/api/v1/devices/rig-1", None, 204)
    late = team.agent("agent-late", "--shm-name", team.stack.shm("none"))
    late.wait_for("revoked: the server has taken this PC's pairing back")
    assert late.stop(signal.SIGINT) == 0
    print("ok paired anew while the agent runs")


def whole():
    with Stack() as stack:
        team = Team(stack)
        port = stack.url.rsplit(":", 1)[1]

        def restart():
            assert stack.server.stop() == 0
            stack.start_server("--http-port", port, name="server-again")
        team.restart = restart
        paired_and_streaming(team)
        agent = next(p for p in stack.processes if p.name == "agent")
        rotated(team)
        moved(team)
        revoked(team, agent)
        paired_again(team, agent)
        team.no_secret_shows()


def said_in_words():
    """Refused, stopped, forgotten, no longer known, taken over by others."""
    with Stack() as stack:
        team = Team(stack)
        port = stack.url.rsplit(":", 1)[1]
        agent, code = team.pair("pair-refused")
        team.good("POST", "/api/v1/pairing/refuse", {"code": code}, 204)
        assert agent.popen.wait(30) == 1
        assert "refused on the server's page" in agent.err(), agent.err()
        # Its codes end with the server: a new one.
        agent, code = team.pair("pair-restart", "--name", "rig-2")
        assert stack.server.stop() == 0
        agent.wait_for("trying on")
        stack.start_server("--http-port", port, name="server-again")
        second = team.code(agent, 2)
        assert second != code
        assert "does not know this code any more" in agent.out(), agent.out()
        team.approve(agent, second, "car1", name="rig-two")
        assert team.pairing()["device"] == "rig-two"
        agent, _ = team.pair("pair-stopped")
        assert agent.stop(signal.SIGINT) == 1
        assert "not paired" in agent.out(), agent.out()
        run = subprocess.run(
            ["pitbox-agent", "pair", "--server",
             stack.url.replace("http:", "https:")],
            capture_output=True, text=True, timeout=60,
            env={**os.environ, **team.env()})
        assert run.returncode == 1 and "begins with http://" in run.stderr, run
        # What others can read is not taken; what is no pairing neither.
        os.chmod(team.file(), 0o644)
        for words in ("others can read", "is no pairing"):
            run = subprocess.run(["pitbox-agent"], capture_output=True,
                                 text=True, timeout=20,
                                 env={**os.environ, **team.env()})
            assert run.returncode == 2 and words in run.stderr, run
            os.chmod(team.file(), 0o600)
            with open(team.file(), "w", encoding="utf-8") as f:
                f.write("[pairing]\nurl=x\n")
        for words in ("Forgotten", "is not paired"):
            run = subprocess.run(["pitbox-agent", "pair", "--forget"],
                                 capture_output=True, text=True, timeout=20,
                                 env={**os.environ, **team.env()})
            assert run.returncode == 0 and words in run.stdout, run
        assert not os.path.exists(team.file())
        team.no_secret_shows()
    print("ok refused, stopped, forgotten, and a server that starts again")


def misuse():
    for args, words in (
            ([], "--server is missing"),
            (["--server", "ftp://relay"], "--server must be"),
            (["--server", "http://192.0.2.7:8080"], "--insecure-lan"),
            (["--server", "https://"], "--server must be"),
            (["--server", "relay", "--name", ".x"], "--name"),
            (["--server", "relay", "--trust-certificate", "AB:CD"],
             "--trust-certificate"),
            (["--server", "relay", "surplus"], "surplus")):
        run = subprocess.run(["pitbox-agent", "pair", *args],
                             capture_output=True, text=True, timeout=20)
        assert run.returncode == 2 and words in run.stderr, run
    run = subprocess.run(["pitbox-agent", "pair", "--help"],
                         capture_output=True, text=True, timeout=20)
    assert run.returncode == 0 and "--trust-certificate" in run.stdout, run
    print("ok misuse is named")


def trusted_certificate():
    """One that nobody vouches for is told by its fingerprint, and taken by it."""
    with Stack() as stack:
        team = Team(stack, "--tls-self-signed")
        own = stack.server.wait_for(r"certificate SHA-256 (\S+)").group(1)
        run = subprocess.run(
            ["pitbox-agent", "pair", "--server",
             stack.url.replace("https:", "http:")],
            capture_output=True, text=True, timeout=60,
            env={**os.environ, **team.env()})
        assert run.returncode == 1 and "begins with https://" in run.stderr, run
        for trust in ([], ["--trust-certificate", "00" * 32]):
            run = subprocess.run(
                ["pitbox-agent", "pair", "--server", stack.url, *trust],
                capture_output=True, text=True, timeout=60,
                env={**os.environ, **team.env()})
            assert run.returncode == 1, run
            assert f"--trust-certificate {own}" in run.stderr, run.stderr
        agent, code = team.pair("pair", "--name", "rig", "--trust-certificate",
                                own)
        team.approve(agent, code, "car1")
        # The certificate is kept: the agent asks by it, and streams.
        old = team.good("POST", "/api/v1/devices/rig/rotate")["passphrase"]
        stack.start_sim("pc")
        agent = team.start_streaming("agent")
        agent.wait_for("the server has changed the pairing")
        team.live("car1", 60)
        assert team.pairing()["passphrase"] == old
        team.no_secret_shows()
    print("ok a certificate is trusted by its fingerprint")


if __name__ == "__main__":
    misuse()
    said_in_words()
    trusted_certificate()
    whole()
