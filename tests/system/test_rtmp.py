#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""RTMP: nginx with server/examples/nginx-rtmp.conf, ffmpeg as publisher. Who may
publish, who may ask; what a new publisher, a broken one and a withdrawn one do;
what is recorded, and what a viewer sees."""
import http.client
import subprocess
import urllib.parse

from pitbox import Stack, need, skip
from publishers import (ENCODE, check_recording, session, start_ffmpeg,
                        wait_over, wait_video)
from rtmp import Front, lacks

FORM = "application/x-www-form-urlencoded"

need("ffprobe")
if lacks():
    skip(lacks())


def ask(stack, path="/api/v1/ingest/rtmp", kind=FORM, source="127.0.0.1",
        raw=None, more=None, **form):
    c = http.client.HTTPConnection(
        "127.0.0.1", int(stack.url.rsplit(":", 1)[1]), timeout=20,
        source_address=(source, 0))
    c.request("POST", path, raw if raw is not None
              else urllib.parse.urlencode(form),
              {"Content-Type": kind, **(more or {})})
    r = c.getresponse()
    body = r.read().decode()
    c.close()
    return r.status, body


def refused(stack, front, name, key):
    """ffmpeg gets no further than nginx."""
    p = start_ffmpeg(stack, f"refused-{name}", f"{front.url}/{key}", "flv")
    stack.wait(lambda: not p.alive(), f"{name} is refused", 20)
    assert p.popen.returncode != 0, name


def who_may(stack, front, key):
    """Wrong keys, foreign callers, forms that nginx never writes."""
    refused(stack, front, "unknown", "nobody?key=" + key)
    refused(stack, front, "wrong", "pc1?key=" + key[:-1])
    refused(stack, front, "without", "pc1")
    # What stands behind the publisher's own key is no word of nginx.
    refused(stack, front, "twice", f"pc1?key={key}&name=pc2&clientid=7")
    assert stack.state("car1") == "offline", stack.driver("car1")
    good = {"call": "publish", "addr": "192.0.2.1", "clientid": "900",
            "name": "pc1", "key": key}
    assert ask(stack, source="127.0.0.9", **good)[0] == 403
    assert "not_the_front" in ask(stack, source="127.0.0.9", **good)[1]
    # Through a proxy on nginx's machine everybody has nginx's address.
    for more in ({"X-Forwarded-For": "192.0.2.7"}, {"Via": "1.1 proxy"},
                 {"Forwarded": "for=192.0.2.7"}, {"X-Real-IP": "192.0.2.7"}):
        status, body = ask(stack, more=more, **good)
        assert status == 403 and "front_key_needed" in body, (more, body)
    assert stack.state("car1") == "offline", stack.driver("car1")
    assert ask(stack, kind="application/json", **good)[0] == 415
    for raw in ("", "call=publish", "call=publish&name=pc1&clientid=%zz",
                "call=publish&name=pc1&clientid=1&name=pc1",
                "call=publish&name=%00&clientid=1",
                f"call=publish&name={'x' * 300}&clientid=1",
                "a=" + "x" * 9000):
        assert ask(stack, raw=raw)[0] == 400, raw
    # Who is not let in is not let on, and cannot end anybody.
    assert ask(stack, call="update_publish", name="pc1", clientid="901")[0] \
        == 403
    assert ask(stack, call="publish_done", name="pc1", clientid="901")[0] == 204
    status, body = ask(stack, **{**good, "key": "x"})
    assert status == 403 and "wrong_key" in body, body
    # A key where the name belongs, and lines that nobody but the log writes.
    assert ask(stack, **{**good, "name": key})[0] == 403
    assert ask(stack, **{**good, "name": "x\nforged line",
                         "addr": "1\nforged line"})[0] == 403
    assert "is refused: there is no device" in stack.server.err()
    assert "forged" not in stack.server.err()
    assert key not in stack.server.err()


def live(stack, front, key):
    """Seen live, recorded with sound, over when the publisher ends."""
    p = start_ffmpeg(stack, "first", f"{front.url}/pc1?key={key}", "flv")
    d = wait_video(stack, "car1", "rtmp")
    device, = [x for x in stack.get("/api/v1/devices")["items"]
               if x["name"] == "pc1"]
    assert device["transport"] == "rtmp" and device["online"], device
    # Nobody but this machine watches at nginx, and nobody knows the name.
    peek = subprocess.run(
        ["ffmpeg", "-v", "error", "-rw_timeout", "3000000", "-i",
         f"{front.url}/pc1", "-t", "1", "-f", "null", "-"],
        capture_output=True, timeout=30, check=False)
    assert peek.returncode != 0, peek
    stack.wait(lambda: stack.driver("car1")["recording"]["seconds"] > 3,
               "three seconds of it")
    p.stop()
    over = wait_over(stack, d["session_id"])
    assert over["end_reason"] == "the publisher has left", over
    found = check_recording(stack, "car1", d["session_id"], 3)
    print(f"RTMP: {found['h264']['packets']} pictures, "
          f"{found['aac']['packets']} of sound; ready after "
          f"{d['start']['picture_ms']} ms")


def other_sound(stack, front, key):
    """MP3, as ffmpeg sends where nobody says AAC, and before the first picture:
    it is left out, in words, and the picture is seen."""
    p = stack.start("mp3", [
        "ffmpeg", "-nostdin", "-v", "error", "-re", "-f", "lavfi", "-i",
        "sine=frequency=440", "-re", "-itsoffset", "1", "-f", "lavfi", "-i",
        "testsrc2=size=320x240:rate=30", *ENCODE, "-c:a", "libmp3lame", "-ar",
        "44100", "-f", "flv", f"{front.url}/pc1?key={key}"])
    d = wait_video(stack, "car1", "rtmp", timeout=60)
    assert d["audio"] is None, d["audio"]
    stack.server.wait_for("left out of what device pc1 publishes: audio/mpeg")
    p.stop()
    over = wait_over(stack, d["session_id"])
    assert over["end_reason"] == "the publisher has left", over


def replaced(stack, front, key):
    """A new publisher of the same device takes over; nginx sends the old one
    away. The picture goes on where there is no sound, and where it ends."""
    target = f"{front.url}/pc1?key={key}"
    old = start_ffmpeg(stack, "old", target, "flv", sound=False)
    first = wait_video(stack, "car1", "rtmp")["session_id"]
    new = start_ffmpeg(stack, "new", target, "flv", sound_s=2)
    over = wait_over(stack, first)
    assert over["end_reason"] == "a new connection of this driver takes over"
    stack.wait(lambda: not old.alive(), "the old publisher is sent away", 20)
    second = wait_video(stack, "car1", "rtmp")["session_id"]
    assert second != first
    stack.wait(lambda: stack.driver("car1")["recording"]["seconds"] > 6,
               "six seconds, four of them without sound")
    assert new.alive()
    return new, second


def broken(stack, front, key, publisher, session_id):
    """The server is killed and comes back: nginx is told that the stream is
    over. A publisher that is cut off ends its own session alone."""
    port = stack.url.rsplit(":", 1)[1]
    other = stack.add_driver("car2", "pc2")
    stack.wait(lambda: stack.state("car2"), "the second driver")
    second = start_ffmpeg(stack, "second", f"{front.url}/pc2?key={other}",
                          "flv")
    kept = wait_video(stack, "car2", "rtmp")["session_id"]
    publisher.kill()
    over = wait_over(stack, session_id)
    assert over["end_reason"] == "the publisher has left", over
    check_recording(stack, "car1", session_id, 6)
    assert stack.driver("car2")["session_id"] == kept
    stack.server.kill()
    stack.start_server("--rtmp-front", front.url, "--http-port", port,
                       name="server-again")
    stack.wait(lambda: not second.alive(), "nginx drops what nobody knows", 20)
    start_ffmpeg(stack, "again", f"{front.url}/pc2?key={other}", "flv")
    after = wait_video(stack, "car2", "rtmp")
    assert after["session_id"] != kept
    # The device is taken back: its stream ends, here and at nginx.
    subprocess.run(["pitbox-server", "--data-dir", stack.data, "device",
                    "revoke", "pc2"], check=True, timeout=30)
    over = wait_over(stack, after["session_id"])
    assert over["end_reason"] == "the device has been taken back", over
    refused(stack, front, "revoked", "pc2?key=" + other)
    # nginx itself is gone.
    start_ffmpeg(stack, "last", f"{front.url}/pc1?key={key}", "flv")
    last = wait_video(stack, "car1", "rtmp")["session_id"]
    front.process.stop()
    over = wait_over(stack, last)
    assert session(stack, kept)["bytes"] > 0


def with_key(stack, front):
    """A front that must show a key, and settings that make no sense."""
    with open(stack.path("front.key"), "w", encoding="utf-8") as f:
        f.write("a key of the front\n")
    stack.server.stop()
    key = stack.add_driver("car3", "pc3")
    for url, more, words in (
            ("rtmp://localhost/live", (), "address in numbers"),
            ("http://127.0.0.1/live", (), "address in numbers"),
            ("rtmp://127.0.0.1:1935", (), "address in numbers"),
            ("rtmp://192.0.2.1/live", (), "--rtmp-front-key-file"),
            (front.url, ("--rtmp-front-key-file", stack.path("none")),
             "--rtmp-front-key-file")):
        done = subprocess.run(
            ["pitbox-server", "--data-dir", stack.data, "--rtmp-front", url,
             *more], capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 1 and words in done.stderr, (url, done)
    stack.start_server("--rtmp-front", front.url, "--rtmp-front-key-file",
                       stack.path("front.key"), name="server-key")
    good = {"call": "publish", "clientid": "1", "name": "pc3", "key": key}
    assert ask(stack, **good)[0] == 403
    assert ask(stack, "/api/v1/ingest/rtmp?front_key=a+key", **good)[0] == 403
    # One that shows the key may be behind a proxy of its own.
    assert "wrong_key" in ask(
        stack, "/api/v1/ingest/rtmp?front_key=a+key+of+the+front",
        more={"X-Forwarded-For": "127.0.0.1"}, **{**good, "key": "x"})[1]
    front.start("?front_key=a%20key%20of%20the%20front")
    start_ffmpeg(stack, "keyed", f"{front.url}/pc3?key={key}", "flv")
    wait_video(stack, "car3", "rtmp")


def main():
    with Stack() as stack:
        key = stack.add_driver("car1", "pc1")
        front = Front(stack)
        stack.start_server()
        status, body = ask(stack, call="publish", name="pc1", clientid="1")
        assert status == 404 and "rtmp_off" in body, (status, body)
        stack.server.stop()
        stack.start_server("--rtmp-front", front.url, name="server-rtmp")
        front.start()
        who_may(stack, front, key)
        live(stack, front, key)
        other_sound(stack, front, key)
        publisher, session_id = replaced(stack, front, key)
        broken(stack, front, key, publisher, session_id)
        with_key(stack, front)
        assert stack.server.stop() == 0
    print("ok")


if __name__ == "__main__":
    main()
