#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An agent and a server that do not speak the same version of the control
channel, and an agent whose engineer asks for a picture that fails on air."""
import configparser
import json
import os
import socket
import struct
import sys
import threading

from control import (HELLO, PROTOCOL, connect, find, fits, give_token, order,
                     pair, receipt, refusal)
from pitbox import Stack, need
from websocket import CLOSE, Accepted, Closed

need("check-control", "pitbox-agent", "pitbox-server", "pitbox-sim")
UPDATE = "This program speaks an older version of the protocol than this " \
    "server: update it (agent: install the newest pitbox-agent)"


def versions_are_told_in_words(stack, agent_cred):
    for low, high, code, word in ((2, 3, "too_new", "update pitbox-server"),
                                  (1, 1, None, None)):
        ws = connect(stack, agent_cred, None)
        ws.send({**HELLO, "protocol_min": low, "protocol_max": high})
        if code is None:
            assert ws.receive("welcome")["protocol"] == 1
            ws.close()
            continue
        error = ws.receive("error")
        fits(error)
        assert error["code"] == code and word in error["message"], error
        assert error["fatal"], error
        close, reason = ws.closes()
        assert close == 4011 and word in reason, (close, reason)
    assert refusal(stack, agent_cred, "pitbox-control.2") == \
        (400, "wrong_protocol")
    assert refusal(stack, agent_cred, None) == (400, "wrong_protocol")
    ws = connect(stack, agent_cred, HELLO, "pitbox-control.2, " + PROTOCOL)
    assert f"Sec-WebSocket-Protocol: {PROTOCOL}" in ws.head, ws.head
    assert not any("Extensions" in line for line in ws.head), ws.head
    ws.close()
    print("ok other versions are told what to do")


class OtherServer(threading.Thread):
    """One that has a control channel of another version, or none."""

    def __init__(self, answer):
        super().__init__(daemon=True)
        self.answer = answer
        self.hellos = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            try:
                self.serve(sock)
            except (Closed, OSError):
                pass
            sock.close()

    def serve(self, sock):
        if isinstance(self.answer, int):
            sock.recv(65536)
            sock.sendall(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n"
                         b"Connection: close\r\n\r\n" % self.answer)
            return
        ws = Accepted(sock, PROTOCOL)
        self.hellos.append(ws.receive("hello"))
        ws.send({"type": "error", "code": self.answer, "message": UPDATE,
                 "about": "hello", "fatal": True})
        ws.send_frame(CLOSE, struct.pack(">H", 4010) + b"too old")
        ws.closes()

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def start_agent(stack, env, name, *args):
    return stack.start(name, [
        "pitbox-agent", "--shm-name", stack.shm("real"), "--source", "scene",
        "--status-file", stack.path("status"), *args], env=env)


def read_status(stack):
    try:
        with open(stack.path("status"), encoding="utf-8") as f:
            return json.load(f)
    except (OSError, ValueError):
        return {}


def rows_go_on(stack):
    stack.wait(lambda: (stack.driver("real")["start"] or {}).get("row_ms")
               is not None, "rows", 60)
    tick = stack.get("/api/v1/drivers/real/live")["tick"]
    stack.wait(lambda: stack.get("/api/v1/drivers/real/live")["tick"]
               > tick + 30, "rows go on", 60)


def go_to(env, url):
    """The pairing names another server for all but the stream."""
    path = os.path.join(env["XDG_CONFIG_HOME"], "pitbox", "pairing")
    file = configparser.ConfigParser(interpolation=None)
    file.optionxform = str
    assert file.read(path)
    before = file["pairing"]["url"]
    file["pairing"]["url"] = url
    with open(path, "w", encoding="utf-8") as f:
        file.write(f, space_around_delimiters=False)
    return before


def an_agent_is_told_and_goes_on(stack, env):
    for answer, words in (("too_old", UPDATE),
                          (400, "update whichever of the two is older"),
                          (404, "has no control channel: update it")):
        other = OtherServer(answer)
        home = go_to(env, other.url)
        agent = start_agent(stack, env, f"agent-{answer}", "--mode",
                            "telemetry")
        status = stack.wait(
            lambda: (s := read_status(stack)).get("state") == "streaming"
            and words in (s["control"] or "") and s, f"{answer} in the status",
            60)
        assert status["reason"] is None, status
        rows_go_on(stack)
        assert stack.state("real") == "live"
        # Once, and not once more in the words of the close frame.
        said = [line for line in agent.err().splitlines()
                if " control: " in line]
        assert len(said) == 1 and words in said[0], said
        for hello in other.hellos:
            fits(hello)
        assert agent.stop() == 0
        other.stop()
        go_to(env, home)
        os.unlink(stack.path("status"))
        print(f"ok {answer}: {words}")


def a_picture_that_fails_on_air_is_given_up(stack, env):
    """An encoder that works when it is tried, and not on air."""
    folder = os.environ.get("PITBOX_TEST_ENCODERS")
    if not folder:
        print("SKIP: PITBOX_TEST_ENCODERS does not name the tests' encoders")
        return
    paths = [os.environ["PITBOX_GSTREAMER_PLUGINS"], folder]
    agent = start_agent(
        stack, {**env, "GST_PLUGIN_SYSTEM_PATH_1_0": os.pathsep.join(paths),
                "GST_REGISTRY": stack.path("registry"),
                "PITBOX_TEST_ENCODERS_ONLY": "amfh264enc"},
        "agent-encoder", "--width", "320", "--height", "180")
    page = connect(stack)

    def status(condition):
        found = page.wait("agents", lambda m: (find(m, "real-pc") or {}).get(
            "status") and condition(find(m, "real-pc")["status"]), 60)
        return find(found, "real-pc")["status"]
    # By itself it comes to one that works.
    s = status(lambda s: s["state"] == "streaming" and s.get("encoder")
               not in (None, "amfh264enc"))
    encoder = s["encoder"]
    assert s["wanted_encoder"] == "auto" and s["reason"] is None, s
    stack.wait(lambda: stack.driver("real")["video"], "a picture", 60)
    # Asked for by name it fails again, and what was before comes back.
    order(page, "configure", "encoder-01", "real-pc", encoder="amfh264enc")
    done = receipt(page, "encoder-01", "executed")
    assert done["applied"] == {"encoder": "amfh264enc"}, done
    agent.wait_for("picture that was asked for has failed and is forgotten", 60)
    s = status(lambda s: s["state"] == "streaming" and s["encoder"] == encoder)
    assert s["wanted_encoder"] == "auto" and s["mode"] == "video", s
    for words in ("was asked for", "All sessions of the card are in use"):
        assert words in s["reason"], s
    fits(s)
    assert "All sessions" in read_status(stack)["reason"]
    stack.wait(lambda: stack.driver("real")["video"], "a picture", 60)
    rows_go_on(stack)
    # Until something else is asked for.
    order(page, "configure", "encoder-02", "real-pc", framerate=25)
    receipt(page, "encoder-02", "executed")
    status(lambda s: s["state"] == "streaming" and s["framerate"] == 25
           and s["reason"] is None and s["encoder"] == encoder)
    page.close()
    assert agent.stop() == 0
    print(f"ok a picture that fails is given up for {encoder}, in words")


def main():
    with Stack() as stack:
        stack.add_driver("car1", "car1-pc")
        agent_cred = give_token(stack, "car1-pc")
        stack.start_server()
        versions_are_told_in_words(stack, agent_cred)
        env = pair(stack, "real-pc", "real")
        stack.start_sim("real")
        an_agent_is_told_and_goes_on(stack, env)
        a_picture_that_fails_on_air_is_given_up(stack, env)
        assert stack.server.alive()
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
