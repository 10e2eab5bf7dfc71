#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`pitbox-agent --selftest video`: the report of a PC that sends, and of one that
cannot. Figures are printed, not judged: the machine may be busy."""
import configparser
import os
import re
import subprocess
import tempfile

from pitbox import Process, need

need("pitbox-agent", "pitbox-sim", "Xvfb")

FOLDERS = ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME",
           "XDG_STATE_HOME", "XDG_RUNTIME_DIR"]


def selftest(folder, display, *options):
    """Exit code and report of one run, with folders of its own."""
    env = dict(os.environ, DISPLAY=display)
    for name in FOLDERS:
        env[name] = os.path.join(folder, name)
        os.makedirs(env[name], mode=0o700, exist_ok=True)
    done = subprocess.run(
        ["pitbox-agent", "--selftest", "video", "--device",
         f"selftest-{os.getpid()}", "--width", "320", "--height", "180",
         "--framerate", "20", *options],
        env=env, timeout=400, capture_output=True, text=True)
    print(done.stdout)
    return done.returncode, done.stdout


def facts(report):
    """The report's last part as the file that it is."""
    text = report.split("== this machine\n", 1)[1].split("\n== result", 1)[0]
    machine = configparser.ConfigParser(delimiters=("=",), strict=True)
    machine.read_string(text)
    return machine


def a_pc_that_sends_says_what_with(folder, display):
    code, report = selftest(folder, display, "--source", "screen")
    assert code == 0, code
    for line in [r"^capture  ximage by ximagesrc ", r"^encoder  \w+enc ",
                 r"^pictures \d+ in [\d.]+ s", r"^stream   \d+ kbit/s",
                 r"^delay    capture to coded picture: half [\d.]+ ms",
                 r"^cost     [\d.]+ % of one processor", r"^== H\.265$",
                 r"^there is no other: ", r"^== result: a picture is captured"]:
        assert re.search(line, report, re.M), line
    machine = facts(report)
    assert machine["machine"]["system"] == "linux"
    assert machine["target"]["source"] == "screen"
    # Each that encoded stands among the facts.
    for name in re.findall(r"^encoder  (\w+) ", report, re.M):
        assert machine.has_section(f"element {name}"), name


def a_pc_that_cannot_says_why_and_what_encodes(folder, display):
    code, report = selftest(folder, display, "--source", "window", "--window",
                            "nobody")
    assert code == 1, code
    for line in [r'^FAILED   There is no window with the title "nobody"',
                 r"^== a drawn picture instead", r"^encoder  \w+enc ",
                 r"^== result: NO PICTURE COULD BE SENT"]:
        assert re.search(line, report, re.M), line
    assert facts(report)["target"]["source"] == "window"


def main():
    with tempfile.TemporaryDirectory(prefix="pb-selftest-") as folder:
        screen = Process(folder, "xvfb", [
            "Xvfb", "-displayfd", "1", "-screen", "0", "640x360x24",
            "-nolisten", "tcp", "-noreset"])
        try:
            display = ":" + screen.wait_for(r"^(\d+)$", 60).group(1)
            a_pc_that_sends_says_what_with(folder, display)
            a_pc_that_cannot_says_why_and_what_encodes(folder, display)
        finally:
            screen.kill()
    print("ok the self-test of video reports what there is")


main()
