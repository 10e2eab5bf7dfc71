# SPDX-License-Identifier: LGPL-2.1-or-later
"""pitbox-sim as a process: several seats of one race, commands over its
socket, and the truth it writes at the end; the same script gives the same
file twice; what it is asked to spoil it leaves alone."""
import hashlib
import json
import os
import socket
import stat
import struct
import subprocess
import time

from pitbox import Stack, need

need("pitbox-sim")
PATIENCE_S = 40


class Steer:
    """The control socket: a line out, a line in."""

    def __init__(self, path):
        end = time.monotonic() + PATIENCE_S
        while True:
            self.socket = socket.socket(socket.AF_UNIX)
            try:
                self.socket.connect(path)
                break
            except OSError:
                self.socket.close()
                assert time.monotonic() < end, "no control socket"
                time.sleep(0.02)
        self.socket.settimeout(PATIENCE_S)
        self.file = self.socket.makefile("r", encoding="utf-8")

    def raw(self, line):
        self.socket.sendall(line.encode() + b"\n")
        return json.loads(self.file.readline())

    def do(self, command, **fields):
        return self.raw(json.dumps({"command": command, **fields}))


def newest(name, variable):
    """A variable of the newest row in shared memory, and its tick."""
    with open("/dev/shm/" + name, "rb") as f:
        data = f.read()
    (_, status, _, _, _, _, n_vars, vars_at, n_buf, _) = struct.unpack_from(
        "<10i", data, 0)
    bufs = [struct.unpack_from("<2i", data, 48 + 16 * i) for i in range(n_buf)]
    tick, row = max(bufs)
    for i in range(n_vars):
        at = vars_at + 144 * i
        if data[at + 16:at + 48].split(b"\0")[0].decode() == variable:
            kind, offset = struct.unpack_from("<2i", data, at)
            return struct.unpack_from("<" + "??iIfd"[kind], data,
                                      row + offset)[0], tick, status
    raise AssertionError(variable)


def seats(stack):
    name = stack.shm("seats")
    path = stack.path("seats.socket")
    sim = stack.start("seats", [
        "pitbox-sim", "--shm-name", name, "--drivers", "3", "--event", "race",
        "--track", "pinwheel", "--cars", "12", "--classes", "2", "--control",
        path, "--truth", stack.path("seats.json")])
    steer = Steer(path)
    end = time.monotonic() + PATIENCE_S
    while steer.do("status")["tick"] < 5:
        assert time.monotonic() < end
        time.sleep(0.02)
    answer = steer.do("pause")
    assert answer["ok"] and answer["paused"], answer
    rows = [newest(f"{name}-{k}", "PlayerCarIdx") for k in (1, 2, 3)]
    assert len({car for car, _, _ in rows}) == 3, rows
    assert len({tick for _, tick, _ in rows}) == 1, rows
    assert all(status & 1 for _, _, status in rows), rows
    for line in ("", "{", "[]", '{"command": 5}', '{"command": "fly"}',
                 '{"command": "tow", "car": 99}', '{"command": "speed", '
                 '"value": -1}', '{"a": {"b": 1}}', "x" * 900,
                 '{"command": "speed"}', '{"command": "speed", "value": null}',
                 '{"command": "speed", "value": "2"}',
                 '{"command": "tow", "car": "5"}',
                 '{"command": "tow", "car": -5}',
                 '{"command": "tow", "car": 5.5}',
                 '{"command": "tow", "tick": 1e30}'):
        answer = steer.raw(line)
        assert not answer["ok"] and answer["error"], line
    assert steer.do("resume")["ok"]
    assert steer.do("quit")["ok"]
    assert sim.popen.wait(PATIENCE_S) == 0, sim.err()
    assert not os.path.exists(f"/dev/shm/{name}-1")
    assert not os.path.exists(path)
    with open(stack.path("seats.json"), encoding="utf-8") as f:
        truth = json.load(f)
    mine = [c["car_idx"] for c in truth["cars"] if c["seat"] >= 0]
    assert sorted(mine) == sorted(car for car, _, _ in rows)


def crash(stack):
    name = stack.shm("crash")
    path = stack.path("crash.socket")
    sim = stack.start("crash", ["pitbox-sim", "--shm-name", name, "--control",
                                path])
    Steer(path).do("crash")
    assert sim.popen.wait(PATIENCE_S) == -9
    # As after the crash of a real one: still "connected", and no more ticks.
    assert newest(name, "PlayerCarIdx")[2] & 1
    again = stack.start("again", ["pitbox-sim", "--shm-name", name,
                                  "--control", path])
    assert Steer(path).do("quit")["ok"]
    assert again.popen.wait(PATIENCE_S) == 0, again.err()


def slow(stack):
    """Rows hours apart: the one who steers is heard all the same."""
    path = stack.path("slow.socket")
    sim = stack.start("slow", [
        "pitbox-sim", "--shm-name", stack.shm("slow"), "--control", path])
    steer = Steer(path)
    for value in (1e-300, 1e-5):
        assert steer.do("speed", value=value)["ok"]
        begin = time.monotonic()
        for _ in range(3):
            tick = steer.do("status")["tick"]
        assert time.monotonic() - begin < PATIENCE_S / 2
        assert steer.do("status")["tick"] == tick
    assert steer.do("speed", value=1)["ok"]
    while steer.do("status")["tick"] < tick + 5:
        assert time.monotonic() - begin < PATIENCE_S
    assert steer.do("quit")["ok"]
    assert sim.popen.wait(PATIENCE_S) == 0, sim.err()


def told(path, *words):
    """A command said from a shell: exit status, what was printed."""
    done = subprocess.run(["pitbox-sim", "--tell", path, *words], text=True,
                          timeout=PATIENCE_S, capture_output=True, check=False)
    return done.returncode, done.stdout + done.stderr


def tell(stack):
    """Each command that the README names, in words, is found in the truth."""
    path = stack.path("tell.socket")
    truth = stack.path("tell.json")
    sim = stack.start("tell", [
        "pitbox-sim", "--shm-name", stack.shm("tell"), "--event", "race",
        "--start", "grid", "--track", "pinwheel", "--cars", "10", "--trouble",
        "0", "--race-time", "150", "--team-drivers", "2", "--truth", truth,
        "--control", path])
    # The first one is said while the simulator is only starting.
    code, said = told(path, "status")
    assert code == 0 and json.loads(said)["ok"], said
    mine = json.loads(told(path, "pause")[1])["tick"]
    script = [
        ("pit", None, None, "called-in"), ("tow", 2, None, "tow"),
        ("spin", 3, None, "spin"), ("wreck", 4, None, "crash"),
        ("off-track", 5, 0, "wide"), ("off-track", 6, 1, "cut"),
        ("penalty", 6, None, "penalty"), ("damage", 5, 0.4, "damage"),
        ("disconnect", 1, 5, "disconnect"), ("leave", 8, None, "leave"),
        ("debris", 9, None, "debris"), ("weather", None, 0.8, "weather"),
        ("replay", None, 1, "replay"), ("replay", None, 0, "replay"),
        ("return", 8, None, "reconnect"), ("red", None, 1, "red-flag"),
        ("red", None, 0, "red-flag")]
    tick = 2400
    wanted = []
    for command, car, value, event in script:
        assert tick > mine
        words = [f"car={car}"] * (car is not None)
        words += [f"value={value}"] * (value is not None)
        code, said = told(path, command, *words, f"tick={tick}")
        assert code == 0 and json.loads(said)["waiting"] == len(wanted) + 1, said
        wanted.append((event, tick + 1, car))
        tick += 60
    for words, code, reason in (
            (("fly",), 1, "no command 'fly'"), (("tow", "car=99"), 1, "no car"),
            (("speed",), 1, "needs a value"), ((), 2, "COMMAND"),
            (("tow", "7"), 2, "COMMAND"), (("tow", "car=x"), 2, "COMMAND"),
            (("tow", "wheel=1"), 2, "COMMAND"), (('"',), 2, "COMMAND")):
        answer = told(path, *words)
        assert answer[0] == code and reason in answer[1], (words, answer)
    answer = told(stack.path("nobody.socket"), "status")
    assert answer[0] == 1 and "no simulator" in answer[1], answer
    assert told(path, "resume")[0] == 0
    assert told(path, "speed", "value=0")[0] == 0
    assert sim.popen.wait(PATIENCE_S) == 0, sim.err()
    with open(truth, encoding="utf-8") as f:
        events = json.load(f)["events"]
    for event, at, car in wanted:
        assert [e for e in events if e["event"] == event and e["tick"] == at
                and (car is None or e["car_idx"] == car)], (event, at, car)
    # What follows from them by itself: a stop with another driver, the pit
    # lane as a penalty, a lap that had to be given back, a race that ended.
    names = {e["event"] for e in events}
    assert {"pit-in", "pit-done", "driver", "drive-through", "slow-down",
            "reconnect", "finish", "state", "flags"} <= names, sorted(names)


def refused(name, argv, words):
    done = subprocess.run(["pitbox-sim", "--quiet", *argv], timeout=PATIENCE_S,
                          stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode in (1, 2) and words in done.stderr, (name, done)


def spoilers(stack):
    """A living simulator's memory, a recording that is played, and what is no
    file are not replaced; what cannot be written is said before the race."""
    name = stack.shm("first")
    path = stack.path("first.socket")
    first = stack.start("first", ["pitbox-sim", "--shm-name", name,
                                  "--control", path])
    steer = Steer(path)
    refused("second", ["--shm-name", name, "--duration", "1"],
            "another simulator")
    assert steer.do("quit")["ok"]
    assert first.popen.wait(PATIENCE_S) == 0, first.err()

    lap = stack.path("lap.ibt")
    subprocess.run(["pitbox-sim", "--quiet", "--duration", "1", "--write-ibt",
                    lap], check=True, timeout=PATIENCE_S)
    before = os.stat(lap).st_size
    os.link(lap, lap + ".link")
    for out in (lap, lap + ".link"):
        refused("self", ["--ibt", lap, "--once", "--speed", "0",
                         "--write-ibt", out], "overwrite")
    assert os.stat(lap).st_size == before

    race = ["--event", "race", "--duration", "1", "--write-ibt",
            stack.path("race.ibt")]
    refused("folder", [*race, "--truth", stack.folder], "directory")
    refused("nowhere", [*race, "--truth", stack.path("no/truth.json")],
            "No such file")
    assert not os.path.exists(stack.path("race.ibt"))
    fifo = stack.path("fifo")
    os.mkfifo(fifo)
    sim = stack.start("fifo", ["pitbox-sim", "--quiet", *race, "--truth", fifo])
    with open(fifo, encoding="utf-8") as f:
        assert json.load(f)["format"] == 1
    assert sim.popen.wait(PATIENCE_S) == 0, sim.err()
    assert stat.S_ISFIFO(os.stat(fifo).st_mode)


def full(stack):
    """Shared memory that does not fit is an error, not a SIGBUS later."""
    inside = ("mount -t tmpfs -o size=1500k tmpfs /dev/shm && "
              "exec pitbox-sim --quiet --drivers 4 --duration 1 --shm-name "
              + stack.shm("full"))
    can = subprocess.run(["unshare", "-rm", "true"], check=False,
                         stderr=subprocess.DEVNULL).returncode == 0
    if not can:
        print("not tried: full shared memory (no mount namespaces here)")
        return
    done = subprocess.run(["unshare", "-rm", "sh", "-c", inside],
                          stderr=subprocess.PIPE, text=True, check=False,
                          timeout=PATIENCE_S)
    assert done.returncode == 1 and "No space left" in done.stderr, done


def evening(stack, run):
    """A scripted race as fast as it can; commands wait for their ticks."""
    path = stack.path(f"evening-{run}.socket")
    out = stack.path(f"evening-{run}.ibt")
    truth = stack.path(f"evening-{run}.json")
    sim = stack.start(f"evening-{run}", [
        "pitbox-sim", "--shm-name", stack.shm("evening"), "--speed", "1",
        "--event", "race", "--race-time", "60", "--track", "pinwheel",
        "--cars", "8", "--seed", "5", "--trouble", "0", "--write-ibt", out,
        "--truth", truth, "--control", path])
    steer = Steer(path)
    for command, tick, fields in (("tow", 4000, {}), ("penalty", 4200,
                                                      {"car": 2}),
                                  ("weather", 4400, {"value": 0.8}),
                                  ("quit", 6000, {})):
        answer = steer.do(command, tick=tick, **fields)
        assert answer["ok"] and answer["tick"] < 4000, answer
    assert steer.do("speed", value=0)["ok"]
    assert sim.popen.wait(PATIENCE_S) == 0, sim.err()
    with open(truth, encoding="utf-8") as f:
        events = json.load(f)["events"]
    assert [e["tick"] for e in events if e["event"] == "tow"] == [4001]
    assert [e["car_idx"] for e in events if e["event"] == "penalty"] == [2]
    with open(out, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


with Stack() as s:
    seats(s)
    crash(s)
    slow(s)
    tell(s)
    spoilers(s)
    full(s)
    assert evening(s, 1) == evening(s, 2)
