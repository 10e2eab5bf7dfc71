#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server that may have few file descriptors: many clients at its port take
none that drivers and recordings need, and its log stays short."""
import os
import resource
import socket
import sys
import threading
import time

from pitbox import Stack, need

need("gst-launch-1.0", "prlimit")

FILES = 64
CLIENTS = 200
TELEMETRY = ("telemetrytestsrc is-live=true ! telemetryenc ! "
             "mpegtsmux alignment=0 ! ")


def set_limit(stack, n):
    resource.prlimit(stack.server.pid, resource.RLIMIT_NOFILE, (n, FILES))


def count_files(stack):
    return len(os.listdir(f"/proc/{stack.server.pid}/fd"))


def publish(stack, driver, key):
    return stack.start(driver, [
        "gst-launch-1.0", *TELEMETRY.split(), "pitboxsrtsink",
        "host=127.0.0.1", f"port={stack.srt_port}",
        f"streamid=#!::r={driver},m=publish,u={driver}", f"passphrase={key}"])


def hold(port, stop):
    """Connects again and again and sends nothing."""
    sockets = []
    while not stop.is_set():
        try:
            sockets.append(socket.create_connection(("127.0.0.1", port), 1))
        except OSError:
            pass
        if len(sockets) > CLIENTS:
            sockets.pop(0).close()
        time.sleep(0.002)
    for s in sockets:
        s.close()


def test_crowd(stack):
    """A crowd that only connects: the driver stays live, others are answered,
    nothing is written about it."""
    port = int(stack.url.rsplit(":", 1)[1])
    stop = threading.Event()
    crowd = threading.Thread(target=hold, args=(port, stop))
    crowd.start()
    try:
        most = 0
        end = time.monotonic() + 4
        while time.monotonic() < end:
            most = max(most, count_files(stack))
            before = stack.get("/api/v1/drivers/car07/live")["tick"]
            stack.wait(lambda: stack.get("/api/v1/drivers/car07/live")["tick"]
                       > before, "rows go on")
        assert stack.state("car07") == "live"
    finally:
        stop.set()
        crowd.join()
    print(f"{most} descriptors of {FILES} at most")
    assert most < FILES, most


def test_none_left(stack, key):
    """No descriptor at all: one line a minute, no busy loop, and it goes on. A
    driver who comes just then is live as soon as there are some."""
    before = stack.server.err()
    stack.wait(lambda: count_files(stack) < FILES - 20, "the crowd has left", 30)
    set_limit(stack, count_files(stack))
    port = int(stack.url.rsplit(":", 1)[1])
    waiting = [socket.create_connection(("127.0.0.1", port), 5)
               for _ in range(20)]
    stack.server.wait_for(r"HTTP: no connection can be taken")
    used = cpu_s(stack)
    time.sleep(3)  # what is measured
    used = cpu_s(stack) - used
    said = stack.server.err()[len(before):]
    print(f"{used:.2f} s of CPU in 3 s, {len(said.splitlines())} lines")
    assert said.count("no connection can be taken") == 1, said
    assert len(said.splitlines()) < 5, said
    assert used < 1.5, used
    publish(stack, "car08", key)
    stack.server.wait_for(r"car08|a caller is refused")
    assert answers_after(stack, waiting), stack.server.err()
    stack.wait(lambda: stack.state("car08") == "live", "car08 is live", 30)
    assert stack.state("car07") == "live"


def answers_after(stack, waiting):
    """Descriptors are there again."""
    set_limit(stack, FILES)
    for s in waiting:
        s.close()
    return stack.wait(lambda: answers(stack), "answers again", 10)


def answers(stack):
    try:
        return stack.get("/healthz")["status"] == "ok"
    except OSError:
        return False


def cpu_s(stack):
    with open(f"/proc/{stack.server.pid}/stat", encoding="utf-8") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    with Stack() as stack:
        key = stack.add_driver("car07")
        second = stack.add_driver("car08")
        real = stack.start

        def start(name, argv, env=None):
            if name == "server":
                argv = ["prlimit", f"--nofile={FILES}:{FILES}", *argv]
            return real(name, argv, env)
        stack.start = start
        stack.start_server()
        publish(stack, "car07", key)
        stack.wait(lambda: stack.state("car07") == "live", "car07 is live")
        stack.wait(lambda: (t := stack.driver("car07")["telemetry"])
                   and t["rate_hz"] > 50, "rows")
        print(f"{count_files(stack)} descriptors with one driver")
        test_crowd(stack)
        test_none_left(stack, second)
        assert stack.server.stop() == 0
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
