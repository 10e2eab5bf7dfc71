# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of pipelines/examples/ share: each check is a function named as
its file, gives the values of the variables that the index documents, and runs
the file itself, as printed."""
import glob
import os
import re
import signal
import subprocess
import sys

from pitbox import Stack, skip

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
FOLDER = os.path.join(ROOT, "pipelines", "examples")
CHECKS = {}


def example(check):
    CHECKS[check.__name__.replace("_", "-")] = check
    return check


def file_of(name):
    path, = glob.glob(os.path.join(FOLDER, name + ".*"))
    return path


def complaints(said):
    return re.findall(r"^.*(?:ERROR|WARNING|CRITICAL).*$", said, re.M)


def run(name, timeout=60, **variables):
    """Runs the example in the test's folder; its standard output."""
    done = subprocess.run([file_of(name)], env={**os.environ, **variables},
                          text=True, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=timeout)
    said = done.stderr + done.stdout
    assert done.returncode == 0, f"{name}: exit {done.returncode}: {said[-2000:]}"
    wrong = complaints(said)
    assert not wrong, f"{name}: {wrong[:5]}"
    return done.stdout


class Running:
    """An example that goes on until Ctrl-C, which ends it at the end of the
    block."""

    def __init__(self, name, **variables):
        self.name = name
        with open(name + ".out", "wb") as out, open(name + ".err", "wb") as err:
            # A terminal's Ctrl-C goes to all of a group.
            self.popen = subprocess.Popen(
                [file_of(name)], env={**os.environ, **variables}, stdout=out,
                stderr=err, stdin=subprocess.DEVNULL, start_new_session=True)

    def said(self, end=".out"):
        with open(self.name + end, encoding="utf-8", errors="replace") as f:
            return f.read()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            assert self.popen.poll() is None, \
                f"{self.name} ended by itself: {self.said('.err')[-2000:]}"
        try:
            os.killpg(self.popen.pid, signal.SIGINT)
            self.popen.wait(15)
        except (subprocess.TimeoutExpired, ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
            self.popen.wait()
            if kind is None:
                raise AssertionError(f"{self.name} does not end by Ctrl-C")
        if kind is None:
            # A connection that is tried again is a warning.
            wrong = [line for line in complaints(self.said(".err") + self.said())
                     if not line.startswith("WARNING")]
            assert not wrong, f"{self.name}: {wrong[:5]}"


def main(prepare):
    """Runs the checks named as arguments, or all. PREPARE gets the Stack."""
    wanted = sys.argv[1:] or list(CHECKS)
    failed, missing = [], []
    with Stack() as stack:
        os.chdir(stack.folder)
        prepare(stack)
        for name in wanted:
            try:
                lacks = CHECKS[name]()
            except (AssertionError, subprocess.SubprocessError, OSError,
                    KeyError, ValueError) as e:
                failed.append(name)
                print(f"NOT OK {name}: {type(e).__name__}: {e}", flush=True)
                continue
            if lacks:
                missing.append(f"{name} ({lacks})")
            print(f"{'skipped' if lacks else 'ok'} {name}", flush=True)
        os.chdir(ROOT)
    print(f"{len(wanted)} examples, {len(failed)} failed")
    if failed:
        sys.exit(1)
    if missing:
        skip("not looked at: " + ", ".join(missing))
