# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs for Windows, as ./run windows builds them, under wine, in a Windows
of their own on a screen of their own:

    need_windows()
    with Stack() as stack, Windows(stack) as pc:
        agent = pc.start("agent", "pitbox-agent.exe", "--mode", "telemetry")
        pc.strike("close", pc.pids("pitbox-agent.exe")[0])
"""
import glob
import os
import shutil
import signal
import subprocess
import sys

from pitbox import Process, skip

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# wine's own msvcp140 hangs in libsrt's end; the package brings Microsoft's.
OVERRIDES = "mscoree=;mshtml=;msvcp140=n,b"
COMPILER = "x86_64-w64-mingw32-gcc"
# Makes a prefix, and starts what it is told to.
WINE = os.path.join(ROOT, "installer", "windows", "wine")
GAME = "iRacingSim64DX11.exe"
IRSDK = ["irsdk-header.c", "irsdk-var.c", "irsdk-row.c", "irsdk-text.c",
         "irsdk-shm-reader.c", "irsdk-shm-writer.c", "irsdk-shm-win32.c"]


def tree():
    return os.environ.get("PITBOX_WINDOWS_TREE") or os.path.join(
        ROOT, "build-windows", "tree")


def need_build():
    """A skip with what stopped ./run windows: older programs prove nothing."""
    absent = os.path.join(ROOT, "build-windows", "absent")
    if os.path.exists(absent):
        with open(absent, encoding="utf-8") as f:
            skip(f"no programs for Windows here: {f.read().strip()}")


def need_windows():
    for program in ("wine", "wineserver", "Xvfb", COMPILER):
        if shutil.which(program) is None:
            skip(f"{program} is not installed: no programs for Windows here")
    need_build()
    if not os.path.exists(os.path.join(tree(), "bin", "pitbox-agent.exe")):
        skip("no programs for Windows here: ./run windows builds them")


def need_package(ending):
    """What ./run windows wrote, by the end of its name."""
    need_build()
    folder = os.environ.get("PITBOX_WINDOWS_DIST") or os.path.join(ROOT, "dist")
    found = glob.glob(os.path.join(folder, "PitBoxRelay-*" + ending))
    if len(found) != 1:
        skip(f"no PitBoxRelay-…{ending} here: ./run windows makes it")
    return found[0]


def z(path):
    """PATH as Windows names it."""
    return "Z:" + os.path.abspath(path).replace("/", "\\")


class Windows:
    """One user's session on one PC."""

    def __init__(self, stack, size="1280x720"):
        self.stack = stack
        self.home = stack.path("windows")
        self.bin = os.path.join(tree(), "bin")
        self.tools = os.path.join(self.home, "tools")
        self.size = size
        self.xvfb = None

    def __enter__(self):
        # Who gives up waiting for a test leaves no Windows behind either.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        os.makedirs(self.tools)
        self._build()
        read, write = os.pipe()
        self.xvfb = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0",
             self.size + "x24", "-nolisten", "tcp"], pass_fds=[write],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as f:
            number = f.readline().strip()
        if not number:
            skip("Xvfb does not start")
        self.env = {
            "PATH": os.environ["PATH"], "HOME": self.home, "LANG": "C.UTF-8",
            "DISPLAY": ":" + number, "WINEPREFIX": self.path("prefix"),
            "WINEARCH": "win64", "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": OVERRIDES,
            **{k: v for k, v in os.environ.items()
               if k.startswith("PITBOX_") and k not in (
                   "PITBOX_PIPELINES", "PITBOX_THEMES", "PITBOX_DASHBOARD")}}
        try:
            self._begin()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _begin(self):
        # A file, because a pipe is kept open by who stays.
        with open(self.path("began"), "w+", encoding="utf-8") as words:
            made = subprocess.run(
                [WINE, "cmd", "/c", "exit"], stdin=subprocess.DEVNULL, timeout=600,
                env={**self.env, "PITBOX_WINE_PREFIX": self.env["WINEPREFIX"]},
                stdout=words, stderr=words, check=False)
            words.seek(0)
            assert made.returncode == 0, (made.returncode, words.read())
        # Between two programs it would end, and take a second to come back: another
        # one, which stays.
        subprocess.run(["wineserver", "-w"], env=self.env, check=True, timeout=120)
        subprocess.run(["wineserver", "-p"], env=self.env, check=True)

    def __exit__(self, *_):
        subprocess.run(["wineserver", "-k"], env=self.env,
                       stderr=subprocess.DEVNULL)
        self.xvfb.terminate()
        self.xvfb.wait()

    def _build(self):
        here = os.path.join(HERE, "windows")
        libs = os.path.join(ROOT, "elements", "libs")
        subprocess.run([COMPILER, "-O1", "-o", self._tool("strike.exe"),
                        os.path.join(here, "strike-win32.c"), "-lcrypt32"], check=True)
        subprocess.run([COMPILER, "-O1", "-o", self._tool("taskbar.exe"),
                        os.path.join(here, "taskbar-win32.c"), "-lshell32"], check=True)
        # What the agent looks for is the game's process, by its file's name.
        for program, source, more in (
                ("shm-strain.exe", "shm-strain.c", []),
                (GAME, "race-window.c", ["-lgdi32", "-lwinmm"])):
            subprocess.run([COMPILER, "-O2", "-static", "-I", libs, "-o",
                            self._tool(program), os.path.join(here, source),
                            *(os.path.join(libs, "irsdk", f) for f in IRSDK),
                            *more, "-lwinpthread"], check=True)

    def _tool(self, name):
        return os.path.join(self.tools, name)

    def path(self, *names):
        return os.path.join(self.home, *names)

    def find(self, program):
        """Ours, or one of the tests'."""
        for folder in (self.bin, self.tools):
            if os.path.exists(os.path.join(folder, program)):
                return os.path.join(folder, program)
        return program

    def _clean(self, env=None):
        """An environment without what Linux's own programs are told."""
        return ["env", "-i", *(f"{k}={v}" for k, v in
                               {**self.env, **(env or {})}.items())]

    def command(self, program, env=None):
        """What starts it, and becomes it."""
        return [*self._clean(env), "wine", self.find(program)]

    def start(self, name, program, *args, env=None):
        """A process whose id is that of the Windows process on Linux; SIGINT is
        Ctrl-C, SIGKILL what it is."""
        p = Process(self.stack.folder, name, [*self.command(program, env),
                                              *args])
        self.stack.processes.append(p)
        return p

    def run(self, program, *args, env=None, timeout=60):
        """With its output in files: some programs cannot write into pipes."""
        name = os.path.join(self.home, "run")
        with open(name + ".out", "wb") as out, open(name + ".err", "wb") as err:
            code = subprocess.run(
                [*self.command(program, env), *args],
                stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                timeout=timeout).returncode
        texts = []
        for ending in (".out", ".err"):
            with open(name + ending, encoding="utf-8", errors="replace") as f:
                texts.append(f.read())
        return subprocess.CompletedProcess(program, code, *texts)

    def strike(self, what, *args):
        done = self.run("strike.exe", what, *map(str, args))
        assert done.returncode == 0, (what, args, done)
        return done.stdout

    def processes(self, program):
        """(id, id of who started it) of each that runs, as Windows has them."""
        out = self.strike("list", program).split()
        return sorted(zip(map(int, out[::2]), map(int, out[1::2])))

    def pids(self, program):
        return [pid for pid, _ in self.processes(program)]

    def folder(self, variable):
        """%VARIABLE% as Linux names it."""
        path = self.run("cmd", "/c", f"echo %{variable}%").stdout.strip()
        done = subprocess.run(["wine", "winepath", "-u", path], env=self.env,
                              capture_output=True, text=True)
        return done.stdout.strip()
