#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The agent's icon on Windows, under wine: a driver pairs by the window, and by
the menu changes the mode on the server, pauses, goes on, and ends it. Pictures of
it all are kept in the folder that PITBOX_TEST_SHOTS names."""
import json
import os
import re
import subprocess
import threading
import time
import urllib.request

from control import connect
from pitbox import Stack, need, skip
from websocket import Closed
from windows import WINE, need_windows, tree

HERE = os.path.dirname(os.path.abspath(__file__))
SHOTS = os.environ.get("PITBOX_TEST_SHOTS", "")
WIDTH, HEIGHT = 1280, 800
DRIVER = "car07"
LONG = 90

# The menu's groups between its lines, as pb-tray-model has them.
MODES, PAUSE, WINDOWS, PROGRAM, EXIT = 1, 2, 3, 4, 5
SIZES = {MODES: 3, PAUSE: 1, WINDOWS: 4, PROGRAM: 2, EXIT: 1}

need_windows()
need("pitbox-server", "openbox", "xdotool", "ffmpeg", "node")


class Screen:
    """Pixels of a whole screen."""

    def __init__(self, display):
        self.data = subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "x11grab", "-draw_mouse", "0", "-video_size",
             f"{WIDTH}x{HEIGHT}", "-i", display, "-frames:v", "1", "-f",
             "rawvideo", "-pix_fmt", "rgba", "-"], check=True, timeout=60,
            capture_output=True, stdin=subprocess.DEVNULL).stdout
        assert len(self.data) == WIDTH * HEIGHT * 4, len(self.data)

    def pixel(self, x, y):
        at = (y * WIDTH + x) * 4
        return self.data[at:at + 3]

    def count(self, rgb):
        """Of pixels of just this colour."""
        want = bytes(rgb) + b"\xff"
        return sum(self.data[i:i + 4] == want
                   for i in range(0, len(self.data), 4))

    def lines(self, x, y):
        """Rows of one other colour below a menu's upper left corner."""
        ground = self.pixel(x + 5, y + 5)
        found = []
        for row in range(y + 5, HEIGHT - 1):
            colours = {self.pixel(x + i, row) for i in range(12, 90)}
            if len(colours) != 1 or ground in colours:
                continue
            if not found or row > found[-1] + 2:
                found.append(row)
            if self.pixel(x + 40, row + 2) != ground \
                    and self.pixel(x + 40, row + 3) != ground:
                break
        return found

    def qr(self):
        done = subprocess.run(
            ["node", os.path.join(HERE, "qr.mjs"), str(WIDTH), str(HEIGHT)],
            input=self.data, capture_output=True, timeout=60)
        if done.returncode == 77:
            skip("jsqr is not here: npm ci in tests/system")
        return done.stdout.decode().strip()

    def save(self, name):
        if not SHOTS:
            return
        os.makedirs(SHOTS, exist_ok=True)
        subprocess.run(
            ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt",
             "rgba", "-video_size", f"{WIDTH}x{HEIGHT}", "-i", "-",
             os.path.join(SHOTS, name + ".png")], input=self.data, check=True,
            timeout=60)


class Pc:
    """One driver's PC: a desktop, an icon, a pointer."""

    def __init__(self, stack):
        self.stack = stack
        self.prefix = stack.path("prefix")
        self.tray = None
        read, write = os.pipe()
        self.x = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0",
             f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"], pass_fds=[write],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as f:
            number = f.readline().strip()
        if not number:
            skip("Xvfb does not start")
        self.display = ":" + number
        self.env = {"DISPLAY": self.display, "PITBOX_WINE_PREFIX": self.prefix,
                    "PITBOX_GOVERNOR": "off", "PITBOX_LOG_FILE": "off"}
        self.wm = stack.start("openbox", ["openbox"], env=self.env)
        # Fonts that are here, so that the pictures look like something.
        for name in ("Segoe UI", "Tahoma", "MS Shell Dlg"):
            self.run("reg", "add", r"HKCU\Software\Wine\Fonts\Replacements",
                     "/v", name, "/d", "DejaVu Sans", "/f")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["wineserver", "-k"], timeout=60, check=False,
                       env={**os.environ, "WINEPREFIX": self.prefix})
        self.x.terminate()
        self.x.wait(20)

    def run(self, *words):
        subprocess.run([WINE, *words], check=True, timeout=300,
                       capture_output=True, stdin=subprocess.DEVNULL,
                       env={**os.environ, **self.env})

    def start(self, name, program, *args):
        return self.stack.start(
            name, [WINE, os.path.join(tree(), "bin", program + ".exe"), *args],
            env=self.env)

    def do(self, *words):
        return subprocess.run(
            ["xdotool", *map(str, words)], capture_output=True, text=True,
            timeout=60, env={**os.environ, "DISPLAY": self.display})

    def screen(self, name=None):
        screen = Screen(self.display)
        if name:
            screen.save(name)
        return screen

    def place(self, title):
        """Of a window that is there: x, y, or None. Told by the pointer: xdotool
        counts the frame that openbox gives it twice."""
        for window in self.do("search", "--onlyvisible", "--name",
                              title).stdout.split():
            got = self.do("getwindowgeometry", "--shell", window).stdout
            if int(dict(re.findall(r"(\w+)=(-?\d+)", got)).get("WIDTH", 0)) < 2:
                continue
            self.do("mousemove", "--sync", "--window", window, 0, 0)
            at = dict(re.findall(
                r"(\w+)=(-?\d+)",
                self.do("getmouselocation", "--shell").stdout))
            return int(at["X"]), int(at["Y"])
        return None

    def wait(self, condition, what):
        try:
            return self.stack.wait(condition, what, LONG)
        except AssertionError:
            self.screen("failed")
            raise

    def wait_window(self, title):
        return self.wait(lambda: self.place(title), f"a window {title}")

    def icon(self):
        if self.tray is None:
            self.tray = self.wait_window("^Wine System Tray$")
        return self.tray[0] + 10, self.tray[1] + 10

    def tile(self):
        """The colour of the icon's edge, where there is no sign."""
        x, y = self.icon()
        return tuple(self.screen().pixel(x, y - 7))

    def menu(self):
        """Opens it. Returns: its place, and its lines."""
        x, y = self.icon()
        last = [0]

        def opened():
            if time.monotonic() - last[0] > 10:
                self.do("mousemove", x, y, "click", 3)
                last[0] = time.monotonic()
            lines = self.screen().lines(x, y)
            return len(lines) >= 6 and lines

        return x, y, self.wait(opened, "a menu")

    def choose(self, group, index, shot=None):
        """The index-th entry of a group of the menu. Returns: when."""
        x, _, lines = self.menu()
        if shot:
            self.screen(shot)
        height = (lines[group] - lines[group - 1]) / SIZES[group]
        y = lines[group - 1] + height * (index + 0.5)
        self.do("mousemove", x + 60, int(y))
        time.sleep(0.2)
        clicked = time.time()
        self.do("click", 1)
        return clicked

    def close(self, title):
        """By the keyboard, which a window gets some time after it is there."""
        def gone():
            if self.place(title):
                self.do("key", "Escape")
                time.sleep(2)
            return not self.place(title)

        self.wait(gone, f"no window {title}")


def approve(stack, code):
    request = urllib.request.Request(
        stack.url + "/api/v1/pairing/approve", method="POST",
        data=json.dumps({"code": code, "driver": DRIVER}).encode(),
        headers={"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=20).close()


def paired_by_the_window(stack, pc):
    """The QR code on the screen is read by somebody else's reader."""
    pc.wait(lambda: pc.tile() == GREY, "a grey icon")
    pc.screen("icon")
    pc.choose(WINDOWS, 1, "menu-unpaired")
    pc.wait_window("Pair this PC")
    last = [0]

    def asked():
        if time.monotonic() - last[0] > 20:
            left, top = pc.place("Pair this PC")
            pc.do("mousemove", left + 300, top + 120, "click", 1)
            time.sleep(1)
            pc.do("key", "ctrl+a")
            pc.do("type", "--delay", 40, stack.url)
            time.sleep(1)
            pc.screen("pair-address")
            pc.do("key", "Return")
            last[0] = time.monotonic()
        return pc.screen().qr()

    link = pc.wait(asked, "a QR code")
    pc.screen("pair-code")
    assert link.startswith(stack.url + "/#/pair?code="), link
    approve(stack, link.rpartition("=")[2])
    pc.wait(lambda: pc.tile() == BLUE, "a blue icon")
    pc.screen("pair-done")
    pc.close("Pair this PC")
    print("ok paired by the window; its QR code is read from the screen")


class Page(threading.Thread):
    """Somebody who looks at the server all the time: what it was told of the
    agent, and when, the newest last."""

    def __init__(self, stack):
        super().__init__(daemon=True)
        self.stack = stack
        self.page = connect(stack)
        self.told = []
        self.start()

    def run(self):
        while True:
            try:
                seen = self.page.receive("agents")
            except (OSError, Closed):
                return
            for car in seen["agents"]:
                if car["status"]:
                    at = time.time() - car["age_ms"] / 1000
                    self.told.append((at, car["status"]))

    def wait(self, what, condition, since=0):
        """Returns: when it was told so first."""
        def first():
            return next(((at, status) for at, status in list(self.told)
                         if at > since and condition(status)), None)

        return self.stack.wait(first, what, LONG)


def the_menu_changes_the_mode(stack, pc, page):
    page.wait("video at the start", lambda s: s["wanted_mode"] == "video")
    for index, mode in ((0, "telemetry"), (1, "video"), (0, "telemetry")):
        clicked = pc.choose(MODES, index)
        told, status = page.wait(
            mode, lambda s, m=mode: s["wanted_mode"] == m, clicked)
        assert status["mode"] == mode, status
        print(f"{mode}: the server was told {told - clicked:.2f} s after the "
              "click")
    print("ok the menu changes the mode on the server")


def live_paused_and_live_again(stack, pc, page):
    pc.start("sim", "pitbox-sim", "--shm-name", "pitbox-tray")
    page.wait("streaming", lambda s: s["state"] == "streaming")
    pc.wait(lambda: pc.tile() == GREEN, "a green icon")
    stack.wait(lambda: stack.state(DRIVER) == "live", "live", LONG)
    pc.choose(WINDOWS, 2, "menu-live")
    pc.wait_window("Diagnostics")
    time.sleep(3)
    pc.screen("diagnostics")
    pc.close("Diagnostics")
    clicked = pc.choose(PAUSE, 0)
    page.wait("paused", lambda s: "paused" in (s["reason"] or ""), clicked)
    pc.wait(lambda: pc.tile() == GREY, "a grey icon")
    stack.wait(lambda: stack.state(DRIVER) != "live", "no stream", LONG)
    clicked = pc.choose(PAUSE, 0, "menu-paused")
    page.wait("streaming again", lambda s: s["state"] == "streaming", clicked)
    pc.wait(lambda: pc.tile() == GREEN, "a green icon")
    print("ok live, paused by the menu, and live again")


def what_was_set_is_kept(stack, pc):
    kept = subprocess.run(
        ["find", pc.prefix, "-name", "agent.conf"], check=True, timeout=60,
        capture_output=True, text=True).stdout.split("\n")[0]
    with open(kept, encoding="utf-8") as f:
        assert "mode=telemetry" in f.read(), kept
    print("ok what the menu sets is kept for the next start")


def in_the_dark(stack, pc):
    """The same windows where Windows is set to dark ones; for the eye."""
    pc.run("reg", "add", r"HKCU\Software\Microsoft\Windows\CurrentVersion"
           r"\Themes\Personalize", "/v", "AppsUseLightTheme", "/t",
           "REG_DWORD", "/d", "0", "/f")
    pc.choose(WINDOWS, 2)
    pc.wait_window("Diagnostics")
    pc.wait(lambda: pc.screen().count((0x0a, 0x0d, 0x12)) > 10000,
            "a dark window")
    time.sleep(1)
    pc.screen("diagnostics-dark")
    pc.close("Diagnostics")
    print("ok dark where Windows is dark")


GREY, BLUE, GREEN = (0x76, 0x82, 0x8f), (0x2f, 0x7d, 0xe1), (0x17, 0x8a, 0x48)

with Stack() as stack_:
    subprocess.run(
        ["pitbox-server", "--data-dir", stack_.data, "driver", "add", DRIVER],
        check=False, timeout=60, capture_output=True)
    stack_.start_server()
    with Pc(stack_) as pc_:
        agent = pc_.start("agent", "pitbox-agent", "--tray", "--shm-name",
                          "pitbox-tray")
        paired_by_the_window(stack_, pc_)
        page_ = Page(stack_)
        the_menu_changes_the_mode(stack_, pc_, page_)
        live_paused_and_live_again(stack_, pc_, page_)
        what_was_set_is_kept(stack_, pc_)
        in_the_dark(stack_, pc_)
        pc_.choose(EXIT, 0)
        assert agent.popen.wait(60) == 0, agent.err()
        print("ok the menu ends it")
