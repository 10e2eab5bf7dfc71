# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests of the control channel share."""
import hashlib
import json
import os
import sqlite3
import subprocess
import urllib.request

from websocket import Refused, WebSocket

PATH = "/api/v1/control"
PROTOCOL = "pitbox-control.1"
HELLO = {"type": "hello", "protocol_min": 1, "protocol_max": 1,
         "version": "0.1.0"}
STATUS = {"type": "status", "state": "streaming", "mode": "video",
          "wanted_mode": "video", "encoder": "x264enc", "cpu_pct": 1.5}


def run(stack, *words):
    return subprocess.run(
        ["pitbox-server", "--data-dir", stack.data, *words], check=True,
        capture_output=True, text=True, timeout=30).stdout


def give_token(stack, device, letter="a"):
    """A paired agent's token, as pairing gives one."""
    ident = "device23456" + letter
    token = f"pbd_{ident}_{'x' * 42}A"
    db = sqlite3.connect(os.path.join(stack.data, "pitbox.db"), timeout=5)
    db.execute("UPDATE devices SET token_id = ?, token_hash = ? WHERE name = ?",
               (ident, hashlib.blake2b(token.encode(), digest_size=32).digest(),
                device))
    db.commit()
    db.close()
    return {"Authorization": "Bearer " + token}


def connect(stack, headers=None, hello=HELLO, protocol=PROTOCOL, context=None):
    ws = WebSocket(stack.url, PATH, headers, protocol, context=context)
    if hello:
        ws.send(hello)
        ws.welcome = ws.receive("welcome")
    return ws


def refusal(stack, headers=None, protocol=PROTOCOL):
    try:
        WebSocket(stack.url, PATH, headers, protocol)
    except Refused as e:
        return e.status, e.code
    raise AssertionError("it was taken")


def find(message, device):
    return next((a for a in message["agents"] if a["device"] == device), None)


def fits(message, checker=[]):  # pylint: disable=dangerous-default-value
    """The schema file, as pb-control-message reads it."""
    if not checker:
        checker.append(subprocess.Popen(
            ["check-control"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, bufsize=1))
    checker[0].stdin.write(json.dumps(message) + "\n")
    answer = checker[0].stdout.readline().strip()
    assert answer == "ok", (answer, message)


def order(page, name, ident, device="car1-pc", **args):
    page.send({"type": "command", "id": ident, "name": name, "device": device,
               "args": args})


def receipt(page, ident, *states):
    return page.wait("receipt", lambda m: m["id"] == ident
                     and m["state"] in states)


def try_connect(stack, cred=None):
    try:
        return connect(stack, cred)
    except Refused:
        return None


def pair(stack, name, driver):
    """Pairs an agent as a driver and an engineer do; the environment in which
    it finds what it was given."""
    env = {"XDG_CONFIG_HOME": stack.path("home"), "LC_ALL": "C.UTF-8"}
    agent = stack.start("pair", ["pitbox-agent", "pair", "--server", stack.url,
                                 "--name", name], env=env)
    code = agent.wait_for(r"#/pair\?code=([A-Z0-9]{6})").group(1)
    request = urllib.request.Request(
        stack.url + "/api/v1/pairing/approve", method="POST",
        data=json.dumps({"code": code, "driver": driver}).encode(),
        headers={"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=20).close()
    assert agent.popen.wait(30) == 0, agent.err()
    return env
