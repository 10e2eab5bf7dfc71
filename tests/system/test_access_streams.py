#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may send and read streams: the rows of access-matrix.txt that begin with
SRT; and what ends when a device, a login, a key or a link is withdrawn, and how
soon."""
import itertools
import os
import sys
import time
import urllib.error
import urllib.request

from pitbox import Stack, need
from test_access import HERE, World
from test_hostile_http import OFFER
from test_server import TELEMETRY, publish

need("gst-launch-1.0")
numbers = itertools.count()


def read_rows():
    with open(os.path.join(HERE, "access-matrix.txt"), encoding="utf-8") as f:
        return [line.split()[1:] for line in f if line.startswith("SRT")]


def make_key(world, whose, name):
    """A key of that kind; (team, the address that takes it back)."""
    team = "blue" if "blue" in whose else "red"
    admin = world.cred[team, "admin"]
    cars = {"device-of-red-car": "red-car", "device-of-blue-car": "blue-car",
            "device-of-another-red-car": "red-two"}
    readers = {"reader-of-red": [], "reader-of-blue": [],
               "reader-of-red-car": ["red-car"],
               "reader-of-another-red-car": ["red-two"]}
    if whose == "nobody":
        return team, None, "nobodys-passphrase-at-all"
    if whose in cars:
        path, body = "devices", {"name": name, "driver": cars[whose]}
    else:
        path, body = "readers", {"name": name, "drivers": readers[whose]}
    made = world.good(201, "POST", f"/api/v1/{path}", admin, body)[1]
    return team, f"/api/v1/{path}/{name}", made["passphrase"]


def try_stream(world, what, whose, how):
    stack = world.stack
    name = f"k{next(numbers)}"
    team, address, key = make_key(world, whose, name)
    if how == "wrong":
        key = "wrong-" + key[6:]
    if how == "revoked":
        world.good(204, "DELETE", address, world.cred[team, "admin"])
    if what == "publish":
        process = publish(stack, name, TELEMETRY, "red-car", name, key,
                          "reconnect=false")
        begins = rf"session \S+ begins \(device {name}\)"
    else:
        process = stack.start(name, [
            "gst-launch-1.0", "srtsrc",
            f"uri=srt://127.0.0.1:{stack.srt_port}?mode=caller"
            f"&streamid=%23!::r=red-car,m=request,u={name}&passphrase={key}",
            "!", "fakesink"])
        begins = rf"reader {name} from \S+ begins"
    match = stack.server.wait_for(
        rf"{begins}|\((?:device|reader) {name}\) is refused", 20)
    process.kill()
    return "refused" if "refused" in match.group(0) else "taken"


def test_rows(world):
    problems = []
    rows = read_rows()
    for what, whose, how, verdict in rows:
        if what == "read" and not world.live:
            begin(world)
        got = try_stream(world, what, whose, how)
        if got != verdict:
            problems.append(f"{what} {whose} {how}: {got}, not {verdict}")
        if what == "publish" and verdict == "taken":
            world.stack.wait(
                lambda: session(world) is None, "the place is free", 20)
    assert not problems, "\n".join(problems)
    print(f"{len(rows)} streams as the matrix says")


def session(world):
    return world.good(200, "GET", "/api/v1/drivers/red-car",
                      world.cred["red", "admin"])[1]["session_id"]


def tick(world):
    return world.good(200, "GET", "/api/v1/drivers/red-car/live",
                      world.cred["red", "admin"])[1]["tick"]


def begin(world):
    made = world.good(201, "POST", "/api/v1/devices", world.cred["red", "admin"],
                      {"name": "live-pc", "driver": "red-car"})[1]
    publish(world.stack, "live-pc", TELEMETRY, "red-car", "live-pc",
            made["passphrase"])
    world.stack.wait(lambda: session(world), "red-car is live", 30)
    world.live = True


def watch(world, cred):
    """An offer that is answered. A stream that begins anew is not live for a
    moment."""
    headers = {**cred, "Content-Type": "application/sdp"}
    if "Cookie" in headers:
        headers["Origin"] = world.stack.url
    request = urllib.request.Request(world.stack.url + "/whep/red-car",
                                     data=OFFER, headers=headers)

    def answered():
        try:
            with urllib.request.urlopen(request, timeout=10) as r:
                return r.status == 201
        except urllib.error.HTTPError as e:
            assert e.code == 409, e
            return False
    world.stack.wait(answered, "an answer", 30)


def viewers(world):
    return world.good(200, "GET", "/api/v1/drivers/red-car",
                      world.cred["red", "admin"])[1]["viewers"]


def expect_end(world, what, cred, withdraw, at_once=True):
    """A viewer of @cred is gone when its withdrawal is answered."""
    watch(world, cred)
    world.stack.wait(lambda: viewers(world) == 1, f"a viewer by {what}", 5)
    withdraw()
    began = time.monotonic()
    left = viewers(world)
    assert left == 0 or not at_once, f"{what}: the viewer is still there"
    world.stack.wait(lambda: viewers(world) == 0, f"the end of {what}", 5)
    print(f"viewer by {what}: over {time.monotonic() - began:.2f} s after it "
          "was withdrawn")


def test_viewers(world):
    red = world.cred["red", "admin"]
    cookie, _ = world.cookie("red-viewer")
    expect_end(world, "a login", cookie, lambda: world.good(
        204, "POST", "/api/v1/auth/logout", cookie))
    key = world.add_key("red", "read_live")
    expect_end(world, "a key", {"Authorization": "Bearer " + key["token"]},
               lambda: world.good(204, "DELETE", f"/api/v1/keys/{key['id']}",
                                  red))
    share = world.add_share("red", driver="red-car")
    expect_end(world, "a link", {"Cookie": "pitbox_share=" + share["token"]},
               lambda: world.good(204, "DELETE",
                                  f"/api/v1/shares/{share['id']}", red))
    cookie, _ = world.cookie("red-coach")
    expect_end(world, "an account, removed by the command line", cookie,
               lambda: world.run("user", "remove", "red-coach"), False)


def test_device(world):
    """Rotation does not touch a stream that runs, revocation ends it."""
    red = world.cred["red", "admin"]
    before = session(world)
    device = next(d for d in world.good(
        200, "GET", "/api/v1/devices?limit=200", red)[1]["items"]
        if d["name"] == "live-pc")
    assert device["online"] and device["transport"] == "srt", device
    assert device["last_seen_utc_ms"] and device["address"], device
    world.good(200, "POST", "/api/v1/devices/live-pc/rotate", red)
    sent = world.stack.server.err().count("a new connection of this driver")
    ticks = tick(world)
    world.stack.wait(lambda: tick(world) > ticks + 90, "it goes on", 30)
    assert session(world) == before, "the stream has ended"
    assert world.stack.server.err().count(
        "a new connection of this driver") == sent
    world.good(204, "DELETE", "/api/v1/devices/live-pc", red)
    began = time.monotonic()
    world.stack.wait(lambda: session(world) is None, "the stream's end", 5)
    print("stream of a revoked device: over after "
          f"{time.monotonic() - began:.2f} s")


def test_link_names_nobody(world):
    """Who reads, and from where, is nothing for the holder of a link."""
    _, _, key = make_key(world, "reader-of-red", "studio")
    world.stack.start("studio", [
        "gst-launch-1.0", "srtsrc",
        f"uri=srt://127.0.0.1:{world.stack.srt_port}?mode=caller"
        f"&streamid=%23!::r=red-car,m=request,u=studio&passphrase={key}",
        "!", "fakesink"])

    def readers(kind):
        return [r["name"] for r in world.good(
            200, "GET", "/api/v1/drivers/red-car",
            world.cred["red", kind])[1]["readers"]]
    world.stack.wait(lambda: "studio" in readers("admin"), "a reader")
    assert "studio" in readers("viewer")
    assert readers("shD") == []


def main():
    with Stack() as stack:
        world = World(stack)
        world.live = False
        test_rows(world)
        test_link_names_nobody(world)
        test_viewers(world)
        test_device(world)
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
