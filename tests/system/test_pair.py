#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two connections of one driver are one session: telemetry by our agent over a
WebSocket, the picture of the same race by an encoder that we did not write, over
SRT. Either may end and come back while the other goes on."""
import json
import signal
import sys
import urllib.error
import urllib.request

from pitbox import Stack, need
from test_control import give_token

need("gst-launch-1.0", "pitbox-agent", "pitbox-server", "pitbox-sim")


def start_agent(stack, name="agent"):
    """Telemetry alone, over a WebSocket."""
    return stack.start(name, [
        "pitbox-agent", "--mode", "telemetry", "--server", stack.url,
        "--token-file", stack.path("token"), "--shm-name", stack.shm("car1")])


def start_camera(stack, name="camera", device="cam", key=None):
    """A second PC with a capture card: it knows nothing of telemetry."""
    return stack.start(name, [
        "gst-launch-1.0", *(
            f"irsdksrc shm-name={stack.shm('car1')} ! telemetryscene ! "
            "video/x-raw,width=320,height=180,framerate=60/1 ! "
            "queue min-threshold-time=150000000 max-size-buffers=0 "
            "max-size-bytes=0 ! x264enc tune=zerolatency "
            "speed-preset=ultrafast bitrate=1000 key-int-max=60 ! "
            "h264parse config-interval=-1 ! mpegtsmux alignment=7 ! srtsink "
            f"wait-for-connection=false uri=srt://127.0.0.1:{stack.srt_port}?"
            f"mode=caller&passphrase={key or stack.keys['cam']} "
            f"streamid=#!::r=car1,m=publish,u={device}").split()])


def parts_of(d):
    return {p["shown"]: p for p in d["parts"]}


def both(stack):
    d = stack.driver("car1")
    return d if d["mode"] == "video" and d["sync"]["kind"] == "paired" \
        and d["video"] and set(parts_of(d)) == {"telemetry", "picture"} else None


def rows_go_on(stack, n=60):
    tick = stack.get("/api/v1/drivers/car1/live")["tick"]
    stack.wait(lambda: stack.get("/api/v1/drivers/car1/live")["tick"] > tick + n,
               "rows go on", 40)


def test_one_session(stack):
    """The second part joins the first, which notices nothing."""
    agent = start_agent(stack)
    alone = stack.wait(lambda: (d := stack.driver("car1"))["start"]
                       and (d["start"] or {}).get("row_ms") is not None and d, "rows", 40)
    assert alone["mode"] == "telemetry" and alone["sync"]["kind"] == "muxed"
    assert alone["sync"]["rows_by"] is None, alone["sync"]
    camera = start_camera(stack)
    d = stack.wait(lambda: both(stack), "both parts", 60)
    parts = parts_of(d)
    assert d["session_id"] == alone["session_id"], d
    assert parts["telemetry"]["transport"] == "websocket", parts
    assert parts["picture"]["device"] == d["sync"]["device"] == "cam", d
    assert parts["telemetry"]["session_id"] == alone["session_id"], parts
    assert d["sync"]["delay_ms"] >= parts["picture"]["latency_ms"] > 0, d
    assert d["sync"]["offset_ms"] == 0 and d["video"]["width"] == 320, d
    # Without a control channel nobody knows the agent's clock.
    assert d["sync"]["rows_by"] == "arrival", d["sync"]
    stack.wait(lambda: stack.driver("car1")["telemetry"]["rate_hz"] > 30,
               "the rows' rate")
    error = stack.wait(lambda: stack.driver("car1")["sync"]["error_p50_ms"],
                       "pictures with rows", 40)
    print(f"paired, delay {d['sync']['delay_ms']} ms, error p50 {error} ms")
    # Each device is shown as what it is.
    devices = {d["name"]: d for d in stack.get("/api/v1/devices")["items"]}
    assert devices["cam"]["online"] and devices["car1"]["online"], devices
    return agent, camera


def patch_sync(stack, body):
    request = urllib.request.Request(
        stack.url + "/api/v1/drivers/car1/sync", json.dumps(body).encode(),
        {"Content-Type": "application/json"}, method="PATCH")
    try:
        with urllib.request.urlopen(request, timeout=10) as r:
            return r.status, json.loads(r.read())
    except urllib.error.HTTPError as e:
        return e.code, json.loads(e.read())


def test_trim(stack):
    """What is trimmed counts at once, for this device, and is remembered."""
    delay = stack.driver("car1")["sync"]["delay_ms"]
    status, sync = patch_sync(stack, {"offset_ms": 33.3334})
    assert status == 200 and sync["offset_ms"] == 33.333, (status, sync)
    assert abs(sync["delay_ms"] - delay - 33.333) < 0.001, sync
    assert [o["device"] for o in sync["offsets"]] == ["cam"], sync
    for bad in ({}, {"offset_ms": None}, {"offset_ms": "1"},
                {"offset_ms": 10000.5}, {"offset_ms": -1e300}):
        assert patch_sync(stack, bad)[0] == 400, bad
    assert stack.driver("car1")["sync"]["offset_ms"] == 33.333
    line = stack.get("/api/v1/audit")["items"][0]
    assert line["action"] == "driver.sync" and line["target"] == "car1", line


def test_either_ends(stack, agent, camera):
    """What is left goes on, and what comes back joins it."""
    session = stack.driver("car1")["session_id"]
    agent_part = parts_of(stack.driver("car1"))["telemetry"]["session_id"]
    camera.stop(signal.SIGKILL)
    stack.wait(lambda: (d := stack.driver("car1"))["mode"] == "telemetry"
               and list(parts_of(d)) == ["telemetry"], "telemetry alone", 60)
    rows_go_on(stack)
    d = stack.driver("car1")
    assert d["state"] == "live" and d["session_id"] == session
    camera = start_camera(stack, "camera-again")
    d = stack.wait(lambda: both(stack), "the picture is back", 60)
    assert d["session_id"] == session, d
    assert d["sync"]["offset_ms"] == 33.333, d["sync"]
    assert parts_of(d)["telemetry"]["session_id"] == agent_part, d

    agent.stop(signal.SIGKILL)
    stack.wait(lambda: list(parts_of(stack.driver("car1"))) == ["picture"],
               "the picture alone", 60)
    d = stack.driver("car1")
    assert d["state"] == "live" and d["mode"] == "video", d
    assert d["session_id"] == session and d["sync"]["kind"] == "muxed", d
    status, body = patch_sync(stack, {"offset_ms": 1})
    assert status == 409 and body["code"] == "not_paired", body
    agent = start_agent(stack, "agent-again")
    d = stack.wait(lambda: both(stack), "telemetry is back", 60)
    assert d["session_id"] == session, d
    rows_go_on(stack)
    return agent, camera


def test_recording(stack):
    """One session id finds all that was recorded of it."""
    session = stack.driver("car1")["session_id"]
    rows = stack.wait(
        lambda: len((s := stack.get(f"/api/v1/sessions/{session}"))["parts"]) == 3
        and s, "four recordings")
    assert rows["part_of"] is None, rows
    modes = sorted(p["mode"] or "" for p in rows["parts"])
    print("recorded:", json.dumps([(p["device"], p["mode"], p["bytes"])
                                   for p in [rows, *rows["parts"]]]))
    assert modes == ["telemetry", "video", "video"], modes
    for part in rows["parts"]:
        assert part["part_of"] == session and part["bytes"] > 0, part
        own = stack.get(f"/api/v1/sessions/{part['id']}")
        assert own["segments"] and own["part_of"] == session, own


def test_takes_its_own_part(stack):
    """A second encoder takes the picture over, and nothing else; what brings
    both takes both."""
    d = stack.driver("car1")
    session = d["session_id"]
    rows = parts_of(d)["telemetry"]["session_id"]
    other = start_camera(stack, "other-camera", "cam2", stack.keys["cam2"])
    d = stack.wait(lambda: (d := both(stack)) and d["sync"]["device"] == "cam2"
                   and d, "the other encoder", 60)
    assert d["session_id"] == session and d["sync"]["offset_ms"] == 0, d
    assert parts_of(d)["telemetry"]["session_id"] == rows
    stack.server.wait_for(r"device cam from \S+\) ends: a new connection")
    # Its encoder comes back by itself, and takes the picture again; so no more.
    stack.processes = [p for p in stack.processes if p is not other]
    other.kill()


def test_whole_sender(stack):
    """An agent that brings both begins a session of its own."""
    before = stack.driver("car1")["session_id"]
    stack.start_agent("car1", "--mode", "video", "--width", "320", "--height",
                      "180", name="whole")
    d = stack.wait(lambda: (d := stack.driver("car1"))["session_id"] != before
                   and d["video"] and "both" in parts_of(d) and d,
                   "both by one", 60)
    assert d["sync"]["kind"] == "muxed" and d["sync"]["delay_ms"] == 0, d
    # An encoder that was pushed out may be about to come back.
    assert set(parts_of(d)) <= {"both", "none"}, d["parts"]


def main():
    with Stack() as stack:
        stack.keys = {name: stack.add_driver("car1", name)
                      for name in ("car1", "cam", "cam2")}
        cred = give_token(stack, "car1")
        with open(stack.path("token"), "w", encoding="utf-8") as f:
            f.write(cred["Authorization"].split()[1] + "\n")
        stack.start_server()
        stack.start_sim("car1")
        agent, camera = test_one_session(stack)
        test_trim(stack)
        agent, camera = test_either_ends(stack, agent, camera)
        test_recording(stack)
        test_takes_its_own_part(stack)
        camera.kill()
        agent.kill()
        test_whole_sender(stack)
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
