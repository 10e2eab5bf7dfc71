#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""schemathesis holds the running server against openapi.json: as an administrator
who has logged in, as a key and as nobody. PITBOX_SCHEMA_SECONDS: how long each."""
import os
import shutil
import subprocess
import sys
import urllib.request

from pitbox import Stack, skip

SECONDS = int(os.environ.get("PITBOX_SCHEMA_SECONDS", "20"))
PASSWORD = "a long password"
# What is right by the document can still be refused for what there is: a cursor
# whose item has gone, texts whose limit is one of bytes.
NOT_CHECKED = "positive_data_acceptance"
# SDP and WebSockets are not its business (test_hostile_http, test_control,
# test_units); who
# ends its own login or key would see 401 alone from then on.
NOT_ASKED = r"^/wh[ei]p|/control$|/units$|/auth/logout$|/auth/logins/|/keys/\{"
# What only a device may: who has logged in is 403 there, with a token or without.
NOT_A_DEVICE = NOT_ASKED + r"|/device/self$"


def find():
    own = os.environ.get("PITBOX_PYTHON", "")
    program = os.path.join(own, "bin", "schemathesis") if own else None
    if not program or not os.access(program, os.X_OK):
        program = shutil.which("schemathesis")
    if not program:
        skip("schemathesis is not installed (./run test does that)")
    return program


def login(stack):
    request = urllib.request.Request(
        stack.url + "/api/v1/auth/login",
        b'{"login":"admin","password":"' + PASSWORD.encode() + b'"}',
        {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as r:
        cookies = [c.split(";")[0] for c in r.headers.get_all("Set-Cookie")]
    return ["Cookie: " + "; ".join(cookies), "Origin: " + stack.url]


def attack(stack, program, who, headers, phases, not_asked=NOT_ASKED):
    argv = [program, "run", stack.url + "/api/v1/openapi.json", "--url",
            stack.url, "--phases", phases, "--max-examples",
            str(max(2, SECONDS // 5)), "--max-time", str(SECONDS), "--seed", "7",
            "--exclude-checks", NOT_CHECKED, "--exclude-path-regex", not_asked,
            "--generation-database", "none", "--no-shrink", "--no-color",
            "--warnings", "off", "--continue-on-failure"]
    for header in headers:
        argv += ["--header", header]
    done = subprocess.run(argv, capture_output=True, text=True, cwd=stack.folder,
                          timeout=SECONDS * 5 + 120, check=False)
    assert done.returncode == 0, done.stdout[-12000:] + done.stderr[-2000:]
    said = [l for l in done.stdout.splitlines() if "generated" in l]
    print(f"{who}: {said[-1].strip() if said else done.stdout[-300:]}")
    assert stack.server.alive(), stack.server.err()
    assert "CRITICAL" not in stack.server.err(), stack.server.err()[-3000:]


def main():
    program = find()
    with Stack() as stack:
        with open(stack.path("password"), "w", encoding="utf-8") as f:
            f.write(PASSWORD + "\n")
        stack.add_driver("car1")
        key = subprocess.run(
            ["pitbox-server", "--data-dir", stack.data, "key", "add", "k",
             "--scope", "admin", "--scope", "read_live", "--scope",
             "read_recordings", "--print-passphrase"], check=True,
            capture_output=True, text=True, timeout=30).stdout.strip()
        stack.start_server("--admin-password-file", stack.path("password"))
        attack(stack, program, "administrator", login(stack),
               "examples,coverage" if SECONDS < 60 else
               "examples,coverage,fuzzing", NOT_A_DEVICE)
        attack(stack, program, "key", ["Authorization: Bearer " + key],
               "fuzzing")
        attack(stack, program, "nobody", [], "coverage")
        assert stack.server.stop(timeout=30) == 0


if __name__ == "__main__":
    sys.exit(main())
