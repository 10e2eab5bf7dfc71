#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Secrets are planted, used rightly and wrongly, and then looked for: in logs, in
the processes' arguments and environment, in metrics, in every answer that can be
read, in the database and in what the agent leaves behind. Nobody else on the
machine can read what the server writes."""
import glob
import json
import os
import re
import resource
import signal
import stat
import subprocess
import urllib.error
import urllib.request

from pitbox import Stack

PASSWORD = "planted-admin-password"
WRONG = "planted-wrong-password"
AS_LOGIN = "planted-password-as-login"


def call(stack, method, path, body=None, headers=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        stack.url + path, data, {"Content-Type": "application/json",
                                 **(headers or {})}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as r:
            return r.status, r.headers, r.read()
    except urllib.error.HTTPError as e:
        return e.code, e.headers, e.read()


def good(stack, *args):
    status, headers, text = call(stack, *args)
    assert 200 <= status < 300, (args[:2], status, text)
    return headers, json.loads(text) if text else None


def plant(stack):
    """Secrets by name, all of them taken by the server, and the admin's header."""
    secrets = {"password": PASSWORD, "wrong": WRONG, "as login": AS_LOGIN}
    headers, _ = good(stack, "POST", "/api/v1/auth/login",
                      {"login": "admin", "password": PASSWORD})
    cookies = [c.split(";")[0] for c in headers.get_all("Set-Cookie")]
    for cookie in cookies:
        name, value = cookie.split("=", 1)
        secrets[name] = value
    auth = {"Cookie": "; ".join(cookies), "Origin": stack.url}

    def post(path, body):
        return good(stack, "POST", "/api/v1/" + path, body, auth)[1]
    secrets["key"] = post("keys", {"name": "k", "scopes": ["read_live"]})["token"]
    secrets["share"] = post("shares", {"driver": "car1", "hours": 1})["token"]
    secrets["invitation"] = post("invitations", {
        "role": "viewer", "hours": 1})["token"]
    secrets["device"] = post("devices", {
        "name": "obs", "driver": "car1"})["passphrase"]
    secrets["reader"] = post("readers", {
        "name": "studio", "drivers": ["car1"]})["passphrase"]
    secrets["totp"] = post("auth/totp", {})["secret"]
    return secrets, auth


def misuse(stack, secrets, auth):
    """Where a secret does not belong, or is not good any more."""
    call(stack, "POST", "/api/v1/auth/login", {"login": "admin", "password": WRONG})
    call(stack, "POST", "/api/v1/auth/login",
         {"login": AS_LOGIN, "password": WRONG})
    call(stack, "POST", "/api/v1/auth/password",
         {"old": WRONG, "new": "another-" + WRONG}, auth)
    call(stack, "POST", "/api/v1/auth/setup", {
        "token": secrets["key"], "login": "x", "name": "x", "password": WRONG})
    for name in ("key", "share", "invitation", "pitbox_access"):
        assert call(stack, "GET", "/api/v1/drivers?token=" + secrets[name])[0] == 401
        assert call(stack, "GET", "/" + secrets[name])[0] == 404
        call(stack, "GET", "/api/v1/drivers", None,
             {"Authorization": "Bearer x" + secrets[name]})
        call(stack, "POST", "/api/v1/auth/share", {"token": secrets[name]})
    call(stack, "POST", "/api/v1/auth/refresh", {},
         {"Cookie": "pitbox_refresh=" + secrets["pitbox_refresh"] + "x",
          "Origin": stack.url})


def answers(stack, auth):
    """All that can be read, by path."""
    _, doc = good(stack, "GET", "/api/v1/openapi.json")
    for path, methods in doc["paths"].items():
        if "get" not in methods or path == "/api/v1/control":
            continue
        path = path.replace("{driver}", "car1").replace("{lap}", "1")
        path = re.sub(r"\{[^}]*\}", "0", path)
        yield path, call(stack, "GET", path, None, auth)[2]


def processes(stack):
    for p in stack.processes:
        if not p.alive():
            continue
        for name in ("cmdline", "environ"):
            with open(f"/proc/{p.pid}/{name}", "rb") as f:
                yield f"{p.name}'s {name}", f.read()


def files(stack, *patterns):
    for pattern in patterns:
        for path in glob.glob(stack.path(pattern), recursive=True):
            if os.path.isfile(path):
                with open(path, "rb") as f:
                    yield os.path.relpath(path, stack.folder), f.read()


def look_for(secrets, places):
    n = 0
    for place, text in places:
        n += 1
        for name, secret in secrets.items():
            assert secret.encode() not in text, f"{name} stands in {place}"
    return n


def check_modes(stack):
    n = 0
    for folder, _, names in os.walk(stack.data):
        for name in [".", *names]:
            path = os.path.join(folder, name)
            mode = stat.S_IMODE(os.lstat(path).st_mode)
            assert mode & 0o077 == 0, f"{path}: {mode:o}"
            n += 1
    assert n > 6, n
    assert stat.S_IMODE(os.stat(stack.path("ready")).st_mode) & 0o077 == 0
    print(f"{n} files and folders, none of them anybody else's")


def closed_again():
    """A folder that was made for everybody, as cp -r and careless hands leave
    them: what the server has in it is its own again, also what SQLite makes."""
    with Stack() as stack:
        stack.add_driver("car1")
        os.makedirs(os.path.join(stack.data, "recordings/car1"), exist_ok=True)
        for folder, _, names in os.walk(stack.data):
            os.chmod(folder, 0o755)
            for name in names:
                os.chmod(os.path.join(folder, name), 0o644)
        stack.start_server()
        stack.server.wait_for("server.key was open to others")
        stack.add_driver("car2")
        modes = {name: stat.S_IMODE(os.stat(
            os.path.join(stack.data, name)).st_mode)
            for name in os.listdir(stack.data)}
        assert {"pitbox.db", "pitbox.db-wal", "pitbox.db-shm", "server.key",
                "recordings", "server.lock"} <= set(modes), modes
        for name, mode in modes.items():
            assert mode & 0o077 == 0, f"{name}: {mode:o}"
        # The folder may be a home, or a mount: it is left alone.
        assert stat.S_IMODE(os.stat(stack.data).st_mode) == 0o755
        assert stack.server.stop() == 0
        stack.start_server(name="again")
        assert "open to others" not in stack.server.err(), stack.server.err()
        assert stack.server.stop() == 0
    print(f"{len(modes)} parts of an open folder are closed again")


def no_core():
    """Killed as by a bug, with whatever limit it was started: what is left has
    nothing of its memory."""
    with Stack() as stack:
        stack.start_server()
        pid = stack.server.pid
        with open(f"/proc/{pid}/limits", encoding="utf-8") as f:
            line = next(l for l in f if l.startswith("Max core file size"))
        assert line.split()[4:6] == ["0", "0"], line
        with open(f"/proc/{pid}/coredump_filter", encoding="utf-8") as f:
            assert int(f.read(), 16) == 0
        folder = os.readlink(f"/proc/{pid}/cwd")
        before = set(os.listdir(folder))
        stack.server.stop(signal.SIGABRT)
        left = [n for n in set(os.listdir(folder)) - before if "core" in n]
        assert not left, left
    print("no core of a server that ends as by a bug")


def main():
    # A careless administrator's.
    os.umask(0o022)
    with Stack() as stack:
        with open(stack.path("password"), "w", encoding="utf-8") as f:
            f.write(PASSWORD + "\n")
        passphrase = stack.add_driver("car1")
        stack.start_server("--admin-password-file", stack.path("password"))
        stack.start_sim("car1")
        stack.start_agent("car1", "--mode", "telemetry", "--status-file",
                          stack.path("status"))
        secrets, auth = plant(stack)
        secrets["passphrase"] = passphrase
        stack.wait(lambda: good(stack, "GET", "/api/v1/drivers/car1", None,
                                auth)[1]["state"] == "live", "car1 is live", 60)
        misuse(stack, secrets, auth)
        # SRT with a passphrase that is another's.
        with open(stack.key_file("wrong"), "w", encoding="utf-8") as f:
            f.write(secrets["device"])
        stack.start_agent("car1", "--mode", "telemetry", device="wrong",
                          name="agent-wrong")
        stack.server.wait_for("refused")
        n = look_for(secrets, answers(stack, auth))
        n += look_for(secrets, processes(stack))
        said = subprocess.run(
            ["pitbox-server", "--data-dir", stack.data, "audit", "list"],
            check=True, capture_output=True, timeout=30).stdout
        n += look_for(secrets, [("audit list", said)])
        for p in stack.processes:
            p.stop(timeout=30)
        check_modes(stack)
        n += look_for(secrets, files(stack, "*.err", "*.out", "status", "ready",
                                     "data/*", "data/recordings/**"))
        print(f"{len(secrets)} secrets looked for in {n} places")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (
        resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
    closed_again()
    no_core()
    main()
