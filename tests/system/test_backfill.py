#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""pitbox-backfill.1 by hand: what a sender that does what it must not makes of
the server, and what becomes of that sender."""
import sqlite3
import struct
import subprocess
import sys
import time

import websocket
from pitbox import Stack, need
from test_control import give_token
from test_units import (BAD, PATH, add_key, connect, message, refusal,
                        wait_closed)
from websocket import BINARY

need("gst-launch-1.0", "pitbox-server")

PROTOCOL = "pitbox-backfill.1"
RUN = 7
ROWS = 60


def make_units(stack, is_live=True, key_interval=0):
    """Rows that were made now or, without a clock, years ago; by default each
    can be read alone."""
    path = stack.path("keys.klv")
    subprocess.run(
        ["gst-launch-1.0", "-q", "telemetrytestsrc", f"num-buffers={ROWS}",
         f"is-live={is_live}", "!", "telemetryenc", f"run-id={RUN}",
         f"key-interval={key_interval}", "!", "filesink", f"location={path}"], check=True)
    with open(path, "rb") as f:
        data = f.read()
    units = []
    while data:
        n, head = data[16], 17
        if n & 128:
            n, head = (int.from_bytes(data[17:17 + (n & 127)], "big"),
                       17 + (n & 127))
        units.append(data[:head + n])
        data = data[head + n:]
    assert len(units) == ROWS, len(units)
    return units


def ask(ws, *ranges, run=RUN):
    ws.send_frame(BINARY, struct.pack("<BBHI", 3, 0, len(ranges), run)
                  + b"".join(struct.pack("<II", *r) for r in ranges))


def receive(ws):
    """What is missing, as ranges, or up to where all is there."""
    while True:
        opcode, data = ws.receive_frame()
        if opcode == websocket.PING:
            ws.send_frame(websocket.PONG, data)
        elif opcode == BINARY and data[0] == 3:
            return [struct.unpack_from("<II", data, 8 + 8 * n)
                    for n in range(struct.unpack_from("<H", data, 2)[0])]
        elif opcode == BINARY and data[0] == 2:
            return struct.unpack("<BBHII", data)[4]


def send_row(ws, units, n):
    ws.send_frame(BINARY, message(n, units[n], pts=n * 16666667))
    while receive(ws) != n + 1:
        pass


def lines(stack, driver):
    with sqlite3.connect(f"file:{stack.data}/pitbox.db?mode=ro",
                         uri=True) as db:
        return db.execute(
            "SELECT s.id, r.first, r.n FROM row_ranges r JOIN sessions s "
            "ON s.pk = r.session WHERE s.driver_id = ? ORDER BY r.first",
            (driver,)).fetchall()


def test_a_question_for_each_row(stack, units):
    """They are one session, and one line once it is over; what came is never
    said to be missing."""
    ws = connect(stack, stack.key, PATH + "?driver=car1", PROTOCOL)
    for n in range(20):
        ask(ws, (0, ROWS))
        assert receive(ws) == [(n, ROWS - n)], n
        assert stack.driver("car1")["backfill"] == {
            "rows_left": ROWS - n, "rows": n, "text": "catching up: 0 of 1 s"}
        send_row(ws, units, n)
    # Another one behind a gap, and the gap.
    ask(ws, (0, ROWS))
    assert receive(ws) == [(20, ROWS - 20)]
    send_row(ws, units, 30)
    ask(ws, (0, ROWS))
    assert receive(ws) == [(20, 10), (31, ROWS - 31)]
    for n in range(20, 30):
        send_row(ws, units, n)
    ask(ws, (0, ROWS))
    assert receive(ws) == [(31, ROWS - 31)]
    ws.close()
    stack.wait(lambda: sum(n for _, _, n in lines(stack, "car1")) == 31
               and len(lines(stack, "car1")) <= 3, "the lines are merged", 60)
    assert len({i for i, _, _ in lines(stack, "car1")}) <= 2, lines(
        stack, "car1")


def test_no_time(stack, units):
    """Rows of no time that may be: refused with a code that says so."""
    for data in (message(0, make_units(stack, False)[0]), message(0, b"nothing"),
                 message(0, units[1])):
        ws = connect(stack, stack.key, PATH + "?driver=car2", PROTOCOL)
        ask(ws, (0, ROWS))
        assert receive(ws) == [(0, ROWS)]
        ws.send_frame(BINARY, data)
        code, words = wait_closed(ws)
        assert code == BAD and "not valid" in words, (code, words)


def test_a_flood(stack):
    """Who brings more than may come is held, with its back-fills alone."""
    units = make_units(stack, key_interval=2000000000)
    ws = connect(stack, stack.flood_key, PATH + "?driver=car2", PROTOCOL)
    ask(ws, (0, ROWS))
    assert receive(ws) == [(0, ROWS)]
    ws.send_frame(BINARY, message(0, units[0]))
    # Many in each message: a busy machine is slow to send.
    again = message(1, b"".join(units[1:]), pts=16666667)
    try:
        for _ in range(1000):
            ws.send_frame(BINARY, again)
    except OSError:
        pass
    stack.server.wait_for("back-fill ends: more than 1000 telemetry units", 60)
    assert refusal(stack, stack.flood_key, PATH + "?driver=car2",
                   PROTOCOL) == (429, "held")
    connect(stack, stack.flood_key, PATH + "?driver=car2").close()
    connect(stack, stack.key, PATH + "?driver=car2", PROTOCOL).close()


def test_pings(stack):
    """Who pings without an end and reads nothing of the answers is cut off,
    and the server goes on."""
    pings = bytes((0x89, 0x80, 0, 0, 0, 0)) * 10000
    for protocol in (PROTOCOL, "pitbox-units.1"):
        ws = connect(stack, stack.key, PATH + "?driver=car2", protocol)
        ws.sock.settimeout(60)
        try:
            for _ in range(400):
                ws.sock.sendall(pings)
            raise AssertionError("24 MB of pings were taken")
        except ConnectionError:
            pass
        assert stack.state("car2") is not None


def main():
    with Stack() as stack:
        for car in ("car1", "car2"):
            stack.add_driver(car)
        stack.cred = give_token(stack, "car1")
        stack.key = add_key(stack, "publish")
        stack.flood_key = add_key(stack, "publish")
        stack.start_server()
        units = make_units(stack)
        for test, args in ((test_a_question_for_each_row, (units,)),
                           (test_no_time, (units,)),
                           (test_a_flood, ()), (test_pings, ())):
            began = time.monotonic()
            test(stack, *args)
            print(f"ok {test.__name__} ({time.monotonic() - began:.1f} s)",
                  flush=True)


if __name__ == "__main__":
    sys.exit(main())
