# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the system tests share: real processes on free ports, in a temporary
folder, all gone at the end.

    with Stack() as stack:
        stack.add_driver("car1")
        stack.start_server()
        stack.start_sim("car1")
        stack.start_agent("car1", "--mode", "telemetry")
        stack.wait(lambda: stack.driver("car1")["state"] == "live")
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

# Server, simulator and others are on this machine, too: what it could spare for a
# picture is no driver's PC's. test_governor.py says otherwise for itself.
os.environ.setdefault("PITBOX_GOVERNOR", "off")

DATA = os.environ.get("PITBOX_TEST_DATA", "")


def skip(reason):
    """End the test as skipped; the reason stands in the summary."""
    print(f"SKIP: {reason}")
    sys.exit(77)


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            skip(f"{program} is not installed")


def real_data(*path):
    """A real recording, or the end of the test as skipped."""
    if not DATA:
        skip("PITBOX_TEST_DATA is not set: no real recordings")
    full = os.path.join(DATA, *path)
    if not os.path.exists(full):
        skip(f"no {'/'.join(path)} in PITBOX_TEST_DATA")
    return full


def recording():
    """A real recording, or None: what makes no difference to a verdict."""
    folder = os.path.join(DATA, "ibt")
    if not DATA or not os.path.isdir(folder):
        return None
    files = sorted(f for f in os.listdir(folder) if f.endswith(".ibt"))
    return os.path.join(folder, files[0]) if files else None


class Process:
    """One program; stdout and stderr go to files that stay readable."""

    def __init__(self, folder, name, argv, env=None,
                 stdin=subprocess.DEVNULL):
        self.name = name
        self.out_path = os.path.join(folder, name + ".out")
        self.err_path = os.path.join(folder, name + ".err")
        full = dict(os.environ)
        full.update(env or {})
        with open(self.out_path, "ab") as out, open(self.err_path, "ab") as err:
            self.popen = subprocess.Popen(argv, stdout=out, stderr=err,
                                          stdin=stdin, env=full)
        self.pid = self.popen.pid

    def err(self):
        with open(self.err_path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def out(self):
        with open(self.out_path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def alive(self):
        return self.popen.poll() is None

    def wait_for(self, pattern, timeout=15):
        """Wait until stderr or stdout matches; returns the match."""
        end = time.monotonic() + timeout
        while True:
            for text in (self.err(), self.out()):
                m = re.search(pattern, text, re.M)
                if m:
                    return m
            if not self.alive() or time.monotonic() > end:
                raise AssertionError(
                    f"{self.name}: no /{pattern}/ within {timeout} s; "
                    f"stderr ends:\n{self.err()[-2000:]}")
            time.sleep(0.02)

    def stop(self, sig=signal.SIGTERM, timeout=10):
        """Ask it to end; returns its exit code."""
        if self.alive():
            self.popen.send_signal(sig)
        try:
            return self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise AssertionError(f"{self.name} did not end within {timeout} s")

    def kill(self):
        self.popen.kill()
        self.popen.wait()


class Stack:
    """Server, simulators and agents of one test."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="pitbox-test-")
        self.data = os.path.join(self.folder, "data")
        self.processes = []
        self.server = None
        self.url = None
        self.srt_port = None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        for p in reversed(self.processes):
            if p.alive():
                p.popen.terminate()
        for p in self.processes:
            try:
                p.popen.wait(5)
            except subprocess.TimeoutExpired:
                p.kill()
            if kind is not None and kind is not SystemExit:
                print(f"--- {p.name} stderr\n{p.err()[-3000:]}")
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, name, argv, env=None, stdin=subprocess.DEVNULL):
        # What an agent keeps for its server is nobody else's.
        env = {"XDG_DATA_HOME": self.path("home"), **(env or {})}
        p = Process(self.folder, name, argv, env, stdin)
        self.processes.append(p)
        return p

    def path(self, name):
        return os.path.join(self.folder, name)

    def key_file(self, device):
        return self.path(device + ".key")

    def shm(self, driver):
        return f"pitbox-test-{os.getpid()}-{driver}"

    def add_driver(self, driver, device=None):
        """Make a device key with the server's own command."""
        device = device or driver
        key = subprocess.run(
            ["pitbox-server", "--data-dir", self.data, "device", "add", device,
             "--driver", driver, "--print-passphrase"],
            check=True, capture_output=True, text=True).stdout
        with open(self.key_file(device), "w", encoding="utf-8") as f:
            f.write(key)
        return key.strip()

    def start_server(self, *args, name="server"):
        ready = self.path("ready")
        if os.path.exists(ready):
            os.unlink(ready)
        self.server = self.start(name, [
            "pitbox-server", "--data-dir", self.data, "--http-port", "0",
            "--srt-port", str(self.srt_port or 0), "--ready-file", ready,
            *args])
        end = time.monotonic() + 20
        while not (os.path.exists(ready) and os.path.getsize(ready)):
            if not self.server.alive() or time.monotonic() > end:
                raise AssertionError("the server did not start:\n"
                                     + self.server.err())
            time.sleep(0.02)
        with open(ready, encoding="utf-8") as f:
            info = json.load(f)
        self.url = info["url"].rstrip("/")
        self.srt_port = info["srt_port"]
        return self.server

    def start_sim(self, driver, *args, name=None):
        p = self.start(name or f"sim-{driver}", [
            "pitbox-sim", "--shm-name", self.shm(driver), *args])
        return p

    def start_agent(self, driver, *args, device=None, port=None, name=None):
        device = device or driver
        return self.start(name or f"agent-{driver}", [
            "pitbox-agent", "--server", f"127.0.0.1:{port or self.srt_port}",
            "--driver", driver, "--device", device, "--shm-name",
            self.shm(driver), "--passphrase-file", self.key_file(device),
            "--source", "scene", *args])

    def get(self, path, expect=200):
        """GET as JSON (or text where it is none)."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as r:
                status, body = r.status, r.read()
        except urllib.error.HTTPError as e:
            status, body = e.code, e.read()
        assert status == expect, f"GET {path}: {status}, not {expect}: {body}"
        try:
            return json.loads(body)
        except ValueError:
            return body.decode()

    def driver(self, driver):
        return self.get(f"/api/v1/drivers/{driver}")

    def state(self, driver):
        """The driver's state, or None while the server does not know it."""
        for d in self.get("/api/v1/drivers")["drivers"]:
            if d["id"] == driver:
                return d["state"]
        return None

    def wait(self, condition, what="the condition", timeout=20):
        end = time.monotonic() + timeout
        while True:
            value = condition()
            if value:
                return value
            assert time.monotonic() < end, f"{what}: not within {timeout} s"
            time.sleep(0.05)
