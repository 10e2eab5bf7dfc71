#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The control channel as agents, pages and those that are neither meet it."""
import configparser
import itertools
import json
import os
import shutil
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from control import (HELLO, PATH, PROTOCOL, STATUS, connect, find, fits,
                     give_token, order, pair, receipt, refusal, run, try_connect)
from pitbox import Stack, need
from websocket import BINARY, PING, TEXT, Closed, Refused, WebSocket

need("check-control", "pitbox-server")
ASKED = itertools.count()


def an_agent_reports_and_a_page_sees_it(stack, agent_cred):
    page = connect(stack)
    assert page.welcome["may_control"] and "device" not in page.welcome
    fits(page.welcome)
    agent = connect(stack, agent_cred,
                    {**HELLO, "platform": "linux", "run": "abcdefgh",
                     "capabilities": ["mode"], "unknown": {"a": 1}})
    assert agent.welcome["device"] == "car1-pc", agent.welcome
    assert agent.welcome["driver"] == "car1", agent.welcome
    fits(agent.welcome)
    seen = page.wait("agents", lambda m: find(m, "car1-pc"))
    assert find(seen, "car1-pc")["status"] is None
    agent.send({**STATUS, "unknown": "kept to itself"})
    seen = page.wait("agents", lambda m: find(m, "car1-pc")["status"])
    fits(seen)
    car = find(seen, "car1-pc")
    assert car["online"] and car["platform"] == "linux"
    assert car["status"]["cpu_pct"] == 1.5 and car["age_ms"] < 5000, car
    assert car["driver"] == "car1" and car["capabilities"] == ["mode"]
    # The newest counts.
    agent.send({**STATUS, "state": "backing-off", "reason": "no network"})
    page.wait("agents", lambda m: find(m, "car1-pc")["status"]["reason"])
    # The server's clock.
    before = time.time()
    agent.send({"type": "clock_request", "t1_us": 5})
    reply = agent.receive("clock_reply")
    fits(reply)
    assert reply["t1_us"] == 5
    assert before - 1 < reply["t2_us"] / 1e6 <= reply["t3_us"] / 1e6 \
        < time.time() + 1
    agent.close()
    seen = page.wait("agents", lambda m: not find(m, "car1-pc")["online"])
    assert find(seen, "car1-pc")["status"]["state"] == "backing-off"
    page.close()
    print("ok an agent reports, a page sees it")


def commands_have_receipts_and_are_not_executed_twice(stack, agent_cred):
    page = connect(stack)
    other = connect(stack)
    order(page, "mode", "not-there-1", mode="telemetry")
    assert "not connected" in receipt(page, "not-there-1",
                                      "refused")["reason"]
    order(page, "mode", "nobody-0001", "nobody", mode="telemetry")
    assert "no such" in receipt(page, "nobody-0001", "refused")["reason"]
    run_id = {**HELLO, "run": "first-run"}
    agent = connect(stack, agent_cred, run_id)
    order(page, "mode", "command-0001", mode="telemetry")
    command = agent.receive("command")
    fits(command)
    assert command["id"] == "command-0001" and "device" not in command
    assert command["args"] == {"mode": "telemetry"} and command["by"], command
    fits(receipt(page, "command-0001", "accepted"))
    answer = {"type": "receipt", "id": "command-0001", "state": "executed",
              "applied": {"mode": "telemetry"}}
    agent.send(answer)
    done = receipt(page, "command-0001", "executed")
    fits(done)
    assert done["applied"] == {"mode": "telemetry"}, done
    assert done["device"] == "car1-pc", done
    # Whoever sees the agent is told, too.
    receipt(other, "command-0001", "executed")
    # The same command again: its receipt, and nothing for the agent.
    order(page, "mode", "command-0001", mode="video")
    assert receipt(page, "command-0001", "executed")["applied"] == \
        {"mode": "telemetry"}
    # One whose agent goes away before it answers: again, to the same program.
    order(page, "key_frame", "command-0002")
    assert agent.receive("command")["id"] == "command-0002"
    agent.close()
    agent = connect(stack, agent_cred, run_id)
    assert agent.receive("command")["id"] == "command-0002"
    agent.send({**answer, "id": "command-0002", "state": "refused",
                "reason": "too soon"})
    assert receipt(page, "command-0002", "refused")["reason"] == "too soon"
    # Another program may have done it: nobody knows.
    order(page, "configure", "command-0003", bitrate_kbps=2000)
    assert agent.receive("command")["id"] == "command-0003"
    agent.close()
    agent = connect(stack, agent_cred, {**HELLO, "run": "second-run"})
    assert "anew" in receipt(page, "command-0003", "lost")["reason"]
    # What it says of commands that nobody gave goes no further.
    agent.send({**answer, "id": "made-up-0001"})
    agent.send({**answer, "id": "command-0003"})
    for i in range(12):
        order(page, "key_frame", f"flood-{i:05}")
    assert "wait" in receipt(page, "flood-00011", "refused")["reason"]
    # Out of the schema's range it is no command.
    order(page, "configure", "command-0004", bitrate_kbps=1)
    assert "100 or more" in page.receive("error")["message"]
    agent.close()
    order(page, "configure", "command-0003", bitrate_kbps=2000)
    receipt(page, "command-0003", "lost")
    audit = json.dumps(stack.get("/api/v1/audit?limit=50"))
    assert "device.command" in audit and "telemetry" in audit, audit
    page.close()
    other.close()
    print("ok commands have receipts, none is executed twice")


def secrets_of(home):
    """What pairing has left behind, and a key of somebody else."""
    file = configparser.ConfigParser(interpolation=None)
    assert file.read(os.path.join(home, "pitbox", "pairing"))
    return [file["pairing"]["token"], file["pairing"]["passphrase"],
            "pbk_plantedkey23_" + "y" * 43]


def ask(page, name, **args):
    """What becomes of a command, as soon as the server hands it on."""
    while True:
        ident = f"asked-{next(ASKED):05}"
        order(page, name, ident, "real-pc", **args)
        parts = []
        while True:
            m = page.receive()
            if m["type"] == "diagnostics" and m["id"] == ident:
                parts.append(m)
            if m["type"] == "receipt" and m["id"] == ident \
                    and m["state"] != "accepted":
                break
        if "Too many commands" not in m.get("reason", ""):
            fits(m)
            return m, parts
        page.receive("agents")


def the_driver_wins_in_each_setting(page, status):
    m, _ = ask(page, "configure", width=640, framerate=25, encoder="auto")
    assert m["state"] == "executed" and m["applied"] == {"framerate": 25}, m
    assert [r["name"] for r in m["refused"]] == ["width", "encoder"], m
    assert m["refused"][0]["reason"] == "The driver has set width = 320", m
    s = status(lambda s: s["state"] == "streaming" and s["framerate"] == 25)
    assert s["width"] == 320 and s["wanted_encoder"] == "x264enc", s
    assert set(s["driver_set"]) == {"mode", "width", "height", "bitrate_kbps",
                                    "encoder"}, s
    m, _ = ask(page, "configure", encoder="nonsense")
    assert m["state"] == "refused" and "one of auto" in m["reason"], m
    m, _ = ask(page, "configure")
    assert m["state"] == "refused" and "does not say" in m["reason"], m
    m, _ = ask(page, "configure", key_interval_ms=1000, bitrate_kbps=800)
    assert m["applied"] == {"key_interval_ms": 1000, "bitrate_kbps": 800}, m
    status(lambda s: s["state"] == "streaming" and s["bitrate_kbps"] == 800
           and s["key_interval_ms"] == 1000)


def the_log_level_is_set_until_the_next_start(page, status, agent):
    m, _ = ask(page, "log_level", log_level="debug")
    assert m["applied"] == {"log_level": "debug"}, m
    status(lambda s: s["log_level"] == "debug")
    # Its elements speak, in the log's own form.
    m, _ = ask(page, "configure", framerate=30)
    assert m["state"] == "executed", m
    agent.wait_for(r"^\S+Z (irsdk|telemetry|pitbox)\w*: ")
    m, _ = ask(page, "log_level", log_level="message")
    status(lambda s: s["log_level"] == "message")
    m, _ = ask(page, "log_level")
    assert m["state"] == "refused" and "which log_level" in m["reason"], m
    status(lambda s: s["state"] == "streaming" and s["framerate"] == 30)


def diagnostics_come_without_secrets(page, planted):
    m, parts = ask(page, "diagnose")
    assert m["state"] == "executed", m
    for n, part in enumerate(parts):
        fits(part)
        assert part["part"] == n + 1, part["part"]
        assert part["last"] == (n + 1 == len(parts)), n
    text = "".join(p["text"] for p in parts)
    assert len(text.encode()) <= 30000
    for words in ("PitBox Relay", "GStreamer 1.", "ok   elements",
                  "ok   simulator", "width = 320    (set by the driver)",
                  '"state":"streaming"', "asks for configure: done",
                  "window = planted: [removed] [removed] [removed]"):
        assert words in text, (words, text)
    for secret in planted:
        assert secret not in text, "a secret is in the diagnostics"
    m, parts = ask(page, "diagnose")
    assert m["state"] == "refused" and "less than" in m["reason"], m
    assert not parts


def the_driver_is_told(stack, page, agent):
    m, _ = ask(page, "notice", text="Box this lap\x1b[2J\u202e\n now")
    assert m["applied"] == {"text": "Box this lap [2J now"}, m
    agent.wait_for(r"Z message for the driver: Box this lap \[2J now$")

    def shown():
        with open(stack.path("status"), encoding="utf-8") as f:
            return json.load(f)["notices"]
    notices = stack.wait(shown, "the notice in the status file")
    assert notices[0]["text"] == "Box this lap [2J now", notices
    assert notices[0]["number"] == 1 and notices[0]["by"], notices
    assert abs(notices[0]["utc_ms"] / 1000 - time.time()) < 600, notices
    m, _ = ask(page, "notice", text=" \n ")
    assert m["state"] == "refused" and "no text" in m["reason"], m
    assert ask(page, "notice", text="a")[0]["state"] == "executed"


def a_flash_that_cannot_be_shown_is_refused_in_words(page):
    """The agent has no display here; what it shows on one, sync-flash sees."""
    m, _ = ask(page, "sync_flash")
    assert m["state"] == "refused" and ("DISPLAY is not set" in m["reason"]
                                        or "libX11" in m["reason"]), m
    m, _ = ask(page, "sync_flash")
    assert m["state"] == "refused" and "less than 10 s ago" in m["reason"], m


def an_engineer_may_ask_what_the_agent_costs(page):
    """It says on the page why the stream pauses; another mode ends it."""
    m, _ = ask(page, "measure_cost")
    assert m["state"] == "executed", m
    m, _ = ask(page, "measure_cost")
    assert m["state"] == "refused" and "already" in m["reason"], m

    def status(m):
        return (find(m, "real-pc") or {}).get("status") or {}
    m = page.wait("agents", lambda m: (
        (status(m).get("harm") or {}).get("on")
        and status(m)["state"] == "waiting"), 60)
    fits(m)
    seen = status(m)
    assert "measures what the agent costs" in seen["reason"], seen
    assert seen["harm"]["work"] == "nothing" and "file" not in seen["harm"]
    for mode in ("telemetry", "video"):
        m, _ = ask(page, "mode", mode=mode)
        assert m["state"] == "executed", m
    seen = status(page.wait("agents", lambda m: (
        status(m)["state"] == "streaming" and status(m)["mode"] == "video"
        and not status(m)["harm"]["on"]), 60))
    assert "5 are the least" in seen["harm"]["line"], seen["harm"]


def the_agent_remembers_what_the_server_forgot(stack, page, agent):
    """The page on a server that was started anew in the meantime."""
    order(page, "notice", "remembered-1", "real-pc", text="only once")
    receipt(page, "remembered-1", "executed")
    page.close()
    port = urllib.parse.urlsplit(stack.url).port
    stack.server.stop()
    stack.start_server("--http-port", str(port), name="server-again")
    page = connect(stack)
    page.wait("agents", lambda m: (find(m, "real-pc") or {}).get("online"), 60)
    order(page, "notice", "remembered-1", "real-pc", text="only once")
    m = receipt(page, "remembered-1", "executed")
    assert m["applied"] == {"text": "only once"}, m
    assert agent.err().count("message for the driver: only once") == 1
    return page


def a_real_agent_obeys_within_what_the_driver_sets(stack):
    if not all(map(shutil.which, ("pitbox-agent", "pitbox-sim"))):
        print("SKIP: pitbox-agent or pitbox-sim is not here")
        return
    env = {**pair(stack, "real-pc", "real"), "DISPLAY": "",
           "PITBOX_HARM_WINDOW_MS": "3000", "PITBOX_HARM_SETTLE_MS": "500"}
    page = connect(stack)
    stack.start_sim("real")

    planted = secrets_of(stack.path("home"))

    def start(mode, name):
        return stack.start(name, [
            "pitbox-agent", "--shm-name", stack.shm("real"), "--source",
            "scene", "--mode", mode, "--width", "320", "--height", "180",
            "--bitrate-kbps", "900", "--encoder", "x264enc", "--window",
            "planted: " + " ".join(planted), "--status-file",
            stack.path("status")], env=env)

    def status(condition):
        found = page.wait("agents", lambda m: (find(m, "real-pc") or {}).get(
            "status") and condition(find(m, "real-pc")["status"]), 60)
        return find(found, "real-pc")["status"]
    agent = start("video", "agent")
    s = status(lambda s: s["state"] == "streaming" and s.get("encoder")
               and s.get("send_kbps") and s.get("clock"))
    fits(s)
    assert s["mode"] == "video" and s["bitrate_kbps"] == 900, s
    assert s["memory_bytes"] > 1e6, s
    # One machine, so one clock.
    clock = s["clock"]
    assert abs(clock["offset_us"]) <= clock["bound_us"], clock
    order(page, "configure", "real-00001", "real-pc", bitrate_kbps=500)
    assert receipt(page, "real-00001", "executed")["applied"] == \
        {"bitrate_kbps": 500}
    status(lambda s: s["bitrate_kbps"] == 500)
    order(page, "configure", "real-00002", "real-pc", bitrate_kbps=901)
    assert "driver allows 900" in receipt(page, "real-00002",
                                          "refused")["reason"]
    order(page, "key_frame", "real-00003", "real-pc")
    receipt(page, "real-00003", "executed")
    order(page, "sing", "real-00004", "real-pc")
    assert "know" in receipt(page, "real-00004", "refused")["reason"]
    order(page, "mode", "real-00005", "real-pc", mode="telemetry")
    receipt(page, "real-00005", "executed")
    s = status(lambda s: s["state"] == "streaming" and s["mode"] == "telemetry")
    assert s["wanted_mode"] == "video" and s["asked_mode"] == "telemetry", s
    order(page, "mode", "real-00006", "real-pc", mode="video")
    receipt(page, "real-00006", "executed")
    s = status(lambda s: s["state"] == "streaming" and s["mode"] == "video"
               and s.get("bitrate_kbps"))
    assert s["bitrate_kbps"] == 500, s
    the_driver_wins_in_each_setting(page, status)
    the_log_level_is_set_until_the_next_start(page, status, agent)
    diagnostics_come_without_secrets(page, planted)
    a_flash_that_cannot_be_shown_is_refused_in_words(page)
    an_engineer_may_ask_what_the_agent_costs(page)
    the_driver_is_told(stack, page, agent)
    page = the_agent_remembers_what_the_server_forgot(stack, page, agent)
    assert agent.stop() == 0
    # What the driver has turned off stays off.
    agent = start("telemetry", "agent-again")
    s = status(lambda s: s["state"] == "streaming"
               and s["wanted_mode"] == "telemetry")
    assert s["log_level"] == "message", s
    order(page, "mode", "real-00007", "real-pc", mode="video")
    assert "driver has turned" in receipt(page, "real-00007",
                                          "refused")["reason"]
    page.close()
    print("ok a real agent obeys within what the driver has set")
    assert agent.stop() == 0


def the_newer_connection_of_a_device_takes_over(stack, agent_cred):
    page = connect(stack)
    old = connect(stack, agent_cred)
    new = connect(stack, agent_cred)
    code, reason = old.closes()
    assert code == 4001 and "taken over" in reason, (code, reason)
    new.send({**STATUS, "encoder": "new"})
    page.wait("agents", lambda m: (find(m, "car1-pc")["status"] or {}).get(
        "encoder") == "new")
    new.close()
    page.close()
    print("ok of two connections of a device the newer counts")


def odd_clients_harm_nobody_else(stack, agent_cred):
    page = connect(stack)
    good = connect(stack, agent_cred)
    text = lambda s: lambda ws: ws.send_frame(TEXT, s)
    # What is answered, and the connection goes on.
    ws = connect(stack)
    for send, code in (
            (text(b"nonsense"), "bad_json"), (text(b"[1]"), "bad_json"),
            (text(b"[" * 5000 + b"]" * 5000), "bad_json"),
            (text(b'{"type":"status","a":' + b"[" * 20 + b"]" * 20 + b"}"),
             "bad_json"),
            (text(b'{"type":"reboot"}'), "unknown_type"),
            (text(b'{"type":"clock_request"}'), "invalid"),
            (text(b'{"type":"hello","protocol_min":1,"protocol_max":1,'
                  b'"version":"2"}'), "unexpected"),
            (lambda w: w.send(STATUS), "unexpected"),
            (lambda w: w.send({"type": "agents", "agents": []}),
             "unexpected")):
        send(ws)
        error = ws.receive("error")
        assert error["code"] == code, error
        assert "fatal" not in error
    ws.send({"type": "clock_request", "t1_us": 7})
    assert ws.receive("clock_reply")["t1_us"] == 7
    ws.close()
    # What ends it.
    ws = connect(stack)
    ws.send_frame(BINARY, b"{}")
    assert ws.closes()[0] == 1003
    ws = connect(stack)
    ws.send_frame(TEXT, b" " * 16385)
    # The close frame may be lost with what was not read.
    assert ws.closes()[0] in (1009, None)
    ws = connect(stack)
    for i in range(200):
        ws.send({"type": "clock_request", "t1_us": i})
    code, reason = ws.closes()
    assert code == 1008 and "too many" in reason, (code, reason)
    # A message that never ends, and pings without end.
    for first, then in ((TEXT, 0), (PING, PING)):
        ws = connect(stack)
        try:
            ws.send_frame(first, b"x" * 100, fin=first == PING)
            for _ in range(3000):
                ws.send_frame(then, b"x" * 100, fin=then == PING)
            end = ws.closes()
        except (OSError, Closed):
            end = "cut off"
        assert end, "bytes without end are taken"
    # Without a hello; and what comes before it.
    ws = connect(stack, None, None)
    ws.send({"type": "clock_request", "t1_us": 7})
    ws2 = connect(stack, agent_cred, None)
    ws2.send(STATUS)
    assert ws2.receive("error")["code"] == "unexpected"
    code, reason = ws2.closes()
    assert code == 1008 and "hello" in reason, (code, reason)
    ws.close()
    # Nobody else noticed.
    good.send({**STATUS, "encoder": "still here"})
    page.wait("agents", lambda m: (find(m, "car1-pc")["status"] or {}).get(
        "encoder") == "still here")
    good.close()
    page.close()
    print("ok odd clients harm nobody else")


def there_is_a_limit(stack):
    sockets = [connect(stack) for _ in range(16)]
    assert refusal(stack) == (503, "too_many_sockets")
    sockets.pop().close()

    sockets.append(stack.wait(lambda: try_connect(stack), "room for another"))
    for ws in sockets:
        ws.close()
    print("ok 16 connections of one")


def withdrawn_is_over_within_a_second(stack, agent_cred):
    page = stack.wait(lambda: try_connect(stack), "a page")
    agent = connect(stack, agent_cred)
    agent.send(STATUS)
    page.wait("agents", lambda m: find(m, "car1-pc")["status"])
    start = time.monotonic()
    run(stack, "device", "remove", "car1-pc")
    code, reason = agent.closes()
    seconds = time.monotonic() - start
    assert code == 4003 and "withdrawn" in reason, (code, reason)
    page.wait("agents", lambda m: not find(m, "car1-pc"))
    assert refusal(stack, agent_cred) == (401, "bad_token")
    page.close()
    print(f"ok a revoked device's socket is over after {seconds:.2f} s")


def diagnostics_go_to_who_asked(stack, log_in, hers, his, agent):
    run(stack, "user", "add", "ida", "--role", "engineer", "--team", "default",
        "--password-file", stack.path("password"))
    idas = connect(stack, stack.wait(lambda: log_in("ida"), "ida's login"))
    part = {"type": "diagnostics", "id": "diagnose-0001", "part": 1,
            "last": True, "text": "for eve"}
    agent.send({**part, "text": "nobody has asked yet"})
    # All that came before this has been looked at.
    agent.send({"type": "clock_request", "t1_us": 1})
    agent.receive("clock_reply")
    order(hers, "diagnose", "diagnose-0001", "car2-pc")
    assert agent.wait("command", lambda m: m["id"] == part["id"])
    agent.send({**part, "part": 2, "text": "not the first"})
    agent.send({**part, "unknown": 1})
    agent.send({**part, "text": "the first again"})
    agent.send({"type": "receipt", "id": part["id"], "state": "executed"})
    agent.send({**part, "part": 2, "text": "after the receipt"})
    got = hers.receive("diagnostics")
    assert got == part, got
    for page in (hers, idas, his):
        kinds = []
        while "receipt" not in kinds and page is not his \
                or kinds.count("agents") < 3:
            kinds.append(page.receive()["type"])
        assert "diagnostics" not in kinds, kinds
    idas.close()


def people_see_and_may_what_their_role_says(stack):
    with open(stack.path("password"), "w", encoding="utf-8") as f:
        f.write("correct horse battery\n")
    run(stack, "team", "add", "blue")
    for login, role, team in (("eve", "engineer", "default"),
                              ("bob", "engineer", "blue")):
        run(stack, "user", "add", login, "--role", role, "--team", team,
            "--password-file", stack.path("password"))
    run(stack, "device", "add", "car2-pc", "--driver", "car2")
    agent_cred = give_token(stack, "car2-pc", "b")

    def log_in(login):
        request = urllib.request.Request(
            stack.url + "/api/v1/auth/login", method="POST",
            headers={"Content-Type": "application/json"},
            data=json.dumps({"login": login,
                             "password": "correct horse battery"}).encode())
        try:
            with urllib.request.urlopen(request, timeout=20) as r:
                cookies = r.headers.get_all("Set-Cookie")
        except urllib.error.HTTPError:
            return None
        access = next(c for c in cookies if c.startswith("pitbox_access="))
        return {"Cookie": access.split(";")[0], "Origin": stack.url}
    eve = stack.wait(lambda: log_in("eve"), "eve's login")
    bob = stack.wait(lambda: log_in("bob"), "bob's login")
    # Nobody, and pages of other sites.
    assert refusal(stack) == (401, "login_needed")
    for origin in ("http://evil.example", "null", None):
        headers = {"Cookie": eve["Cookie"]}
        if origin:
            headers["Origin"] = origin
        assert refusal(stack, headers) == (403, "wrong_origin"), origin
    hers = connect(stack, eve)
    his = connect(stack, bob)
    agent = stack.wait(lambda: try_connect(stack, agent_cred), "the agent")
    agent.send(STATUS)
    diagnostics_go_to_who_asked(stack, log_in, hers, his, agent)
    assert hers.welcome["may_control"] and his.welcome["may_control"]
    # A role that changes counts at once, on the open connection.
    order(hers, "key_frame", "eve-000001", "car2-pc")
    receipt(hers, "eve-000001", "accepted")
    order(his, "key_frame", "bob-000001", "car2-pc")
    assert "no such" in receipt(his, "bob-000001", "refused")["reason"]
    run(stack, "user", "role", "eve", "--role", "viewer")
    n = itertools.count()

    def forbidden():
        ident = f"eve-viewer-{next(n)}"
        order(hers, "key_frame", ident, "car2-pc")
        m = receipt(hers, ident, "accepted", "refused")
        return "may not" in m.get("reason", "")
    stack.wait(forbidden, "the new role")
    hers.wait("agents", lambda m: find(m, "car2-pc")
              and find(m, "car2-pc")["status"])
    assert his.receive("agents")["agents"] == [], "another team's agent"
    assert his.receive("agents")["agents"] == [], "another team's agent"
    # A login that ends, ends its page.
    start = time.monotonic()
    run(stack, "user", "passwd", "bob", "--password-file",
        stack.path("password"))
    code, _ = his.closes()
    assert code == 4003, code
    print(f"ok roles and teams; a login's page is over after "
          f"{time.monotonic() - start:.2f} s")
    agent.close()
    hers.close()


def main():
    with Stack() as stack:
        stack.add_driver("car1", "car1-pc")
        agent_cred = give_token(stack, "car1-pc")
        stack.start_server()
        # First, for it starts the server anew.
        a_real_agent_obeys_within_what_the_driver_sets(stack)
        an_agent_reports_and_a_page_sees_it(stack, agent_cred)
        commands_have_receipts_and_are_not_executed_twice(stack, agent_cred)
        the_newer_connection_of_a_device_takes_over(stack, agent_cred)
        odd_clients_harm_nobody_else(stack, agent_cred)
        there_is_a_limit(stack)
        withdrawn_is_over_within_a_second(stack, agent_cred)
        people_see_and_may_what_their_role_says(stack)
        assert stack.server.alive()


if __name__ == "__main__":
    sys.exit(main())
