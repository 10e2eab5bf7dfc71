#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""pitbox-agent as a driver would meet it: waits, streams, survives."""
import json
import os
import re
import shutil
import signal
import subprocess

from pitbox import Stack, need

need("pitbox-agent", "pitbox-server", "pitbox-sim")


def status(stack):
    with open(stack.path("status"), encoding="utf-8") as f:
        return json.load(f)


def waits_then_streams_then_waits():
    with Stack() as stack:
        stack.add_driver("car1")
        stack.start_server()
        agent = stack.start_agent("car1", "--mode", "telemetry",
                                  "--status-file", stack.path("status"))
        agent.wait_for("waiting: for the simulator")
        sim = stack.start_sim("car1")
        agent.wait_for("streaming: telemetry")
        stack.wait(lambda: stack.state("car1") == "live", "driver live")
        stack.wait(lambda: status(stack)["state"] == "streaming", "status")
        # The simulator leaves and comes back: the same agent streams on.
        sim.stop()
        agent.wait_for("simulator gone")
        stack.start_sim("car1", name="sim-again")
        stack.wait(lambda: agent.err().count("simulator connected") == 2,
                   "simulator back")
        stack.wait(lambda: stack.state("car1") == "live", "driver live again")
        # The server restarts on the same port: the agent finds it again.
        stack.server.stop()
        agent.wait_for("backing-off")
        stack.start_server(name="server-again")
        stack.wait(lambda: stack.state("car1") == "live", "after the server")
        assert agent.stop(signal.SIGINT) == 0
        print("ok waits, streams, survives simulator and server")


def a_wrong_key_is_said_in_words():
    with Stack() as stack:
        stack.add_driver("car1")
        stack.start_server()
        stack.start_sim("car1")
        with open(stack.key_file("car1"), "w", encoding="utf-8") as f:
            f.write("not-the-right-key-at-all")
        agent = stack.start_agent("car1", "--mode", "telemetry")
        agent.wait_for(r"backing-off: .*wrong passphrase \(SRT 10\): check "
                       r"the first line of .*\(refused\)")
        agent.stop()
        print("ok a wrong key is refused, in words")


def a_refusal_says_what_to_do():
    with Stack() as stack:
        stack.add_driver("car1")
        key = stack.add_driver("car2")
        stack.start_server()
        sims = [stack.start_sim(car) for car in ("car1", "car2", "car3")]
        with open(stack.key_file("car3"), "w", encoding="utf-8") as f:
            f.write(key)
        agent = stack.start_agent("car3", "--mode", "telemetry",
                                  "--status-file", stack.path("status"))
        agent.wait_for(r"backing-off: .*does not know this device .*: check "
                       r"device \(car3\), .*device add car3 --driver car3")
        stack.wait(lambda: "device add car3" in (status(stack)["reason"] or ""),
                   "the advice in the status")
        agent.stop()
        # The right key, of another driver's device.
        agent = stack.start_agent("car1", "--mode", "telemetry", device="car2",
                                  name="agent-foreign")
        agent.wait_for(r"backing-off: .*belongs to another driver .*: check "
                       r"driver \(car1\) and device \(car2\)")
        agent.stop()
        for sim in sims:
            sim.stop()
        print("ok a refusal says what to do")


def a_host_that_is_none_is_said_at_once():
    """Before there is any simulator."""
    with Stack() as stack:
        agent = stack.start("agent-nohost", [
            "pitbox-agent", "--server", "no-such-host.invalid:9000",
            "--mode", "telemetry", "--shm-name", stack.shm("none"),
            "--status-file", stack.path("status")])
        agent.wait_for(r"no-such-host\.invalid:9000: .*check the spelling of "
                       r"server")
        agent.wait_for("waiting: for the simulator")
        stack.wait(lambda: "no-such-host" in (status(stack)["reason"] or ""),
                   "the reason in the status")
        assert agent.stop(signal.SIGINT) == 0
        print("ok a host that is none is said at once")


def bad_settings_are_refused():
    for args, word in ((["--framerate", "1000"], "framerate"),
                       (["--mode", "both"], "mode"),
                       (["--driver", "../x"], "driver"),
                       (["--server", ""], "--server"),
                       (["--server", ":9000"], "--server"),
                       (["--encoder", "nonsense"], "vah264enc, "),
                       (["--encoder", "nonsense", "--mode", "telemetry"],
                        "x264enc"),
                       (["--config", "/nonexistent"], "/nonexistent"),
                       (["surplus"], "surplus")):
        run = subprocess.run(["pitbox-agent", *args], capture_output=True,
                             text=True, timeout=20)
        assert run.returncode == 2, run
        assert word in run.stderr and "--help" in run.stderr, run.stderr
    run = subprocess.run(["pitbox-agent", "--help"], capture_output=True,
                         text=True, timeout=20)
    assert run.returncode == 0 and "--server=HOST:PORT" in run.stdout
    print("ok bad settings are named")


def diagnose_says_what_is_missing():
    with Stack() as stack:
        run = subprocess.run(
            ["pitbox-agent", "--diagnose", "--shm-name", stack.shm("none"),
             "--server", "127.0.0.1:9"],
            capture_output=True, text=True, timeout=30)
        assert run.returncode == 1
        assert "BAD  simulator" in run.stdout, run.stdout
        assert "BAD  server" in run.stdout, run.stdout
        assert re.search(r"^ok   encoder    \w+enc$", run.stdout, re.M), \
            run.stdout
        stack.add_driver("car1")
        stack.start_server()
        stack.start_sim("car1")
        stack.wait(lambda: subprocess.run(
            ["pitbox-agent", "--diagnose", "--driver", "car1", "--shm-name",
             stack.shm("car1"), "--server", f"127.0.0.1:{stack.srt_port}",
             "--passphrase-file", stack.key_file("car1")],
            capture_output=True, timeout=30).returncode == 0, "a good diagnosis")
    print("ok --diagnose tells good from bad")


def a_flash_is_shown_by_hand(stack, display):
    """Without a server; where nothing can be shown it says why."""
    def show(shm, display):
        return subprocess.run(
            ["pitbox-agent", "--show-flash", "--shm-name", shm, "--display",
             display], capture_output=True, text=True, timeout=60,
            env={**os.environ, "DISPLAY": ""})
    stack.wait(lambda: "No simulator" not in show(stack.shm("car1"), "").stderr,
               "a simulator that runs")
    for shm, at, words in ((stack.shm("nobody"), display, "No simulator runs"),
                           (stack.shm("car1"), "", "DISPLAY is not set"),
                           (stack.shm("car1"), ":65533", "does not answer")):
        done = show(shm, at)
        assert done.returncode == 1 and words in done.stderr, done
    done = show(stack.shm("car1"), display)
    m = re.fullmatch(r"shown on a screen of 640 x 360: (\d+) ticks, (\d+) to "
                     r"(\d+)\n", done.stdout)
    assert done.returncode == 0 and m, done
    n, first, last = map(int, m.groups())
    print(f"ok a flash is shown by hand: {n} ticks of {last - first + 1}")
    assert 1 <= n <= last - first + 1, done


def a_screen_is_captured_encoded_and_sent():
    if not shutil.which("Xvfb"):
        print("SKIP: Xvfb is not here")
        return
    with Stack() as stack:
        screen = stack.start("xvfb", ["Xvfb", "-displayfd", "1", "-screen", "0",
                                      "640x360x24", "-nolisten", "tcp",
                                      "-noreset"])
        display = ":" + screen.wait_for(r"^(\d+)$").group(1)
        stack.add_driver("car1")
        stack.start_server()
        stack.start_sim("car1")
        a_flash_is_shown_by_hand(stack, display)
        common = ["--display", display, "--width", "320", "--height", "180",
                  "--framerate", "30", "--source"]
        agent = stack.start_agent(
            "car1", *common, "screen", "--encoder", "x264enc",
            "--status-file", stack.path("status"))
        agent.wait_for("streaming: video and telemetry .*encoder x264enc")
        video = stack.wait(lambda: stack.driver("car1")["video"], "video")
        assert (video["width"], video["height"]) == (320, 180), video
        stack.wait(lambda: status(stack).get("encoder") == "x264enc", "status")
        assert status(stack)["source"] == "screen", status(stack)
        assert agent.stop(signal.SIGINT) == 0
        # What cannot be had is said, and the telemetry goes on without it.
        agent = stack.start_agent("car1", *common, "window", "--window",
                                  "nobody", name="agent-window")
        agent.wait_for(r"backing-off: There is no window .*\(capture\)")
        agent.wait_for("streaming: telemetry to")
        assert agent.stop(signal.SIGINT) == 0
        agent = stack.start_agent("car1", *common, "screen", "--encoder",
                                  "mfh264enc", name="agent-encoder")
        agent.wait_for(r"backing-off: The encoder .*mfh264enc.*\(encoder\)")
        print("ok a screen is captured, encoded and sent")


bad_settings_are_refused()
a_screen_is_captured_encoded_and_sent()
diagnose_says_what_is_missing()
a_wrong_key_is_said_in_words()
a_refusal_says_what_to_do()
a_host_that_is_none_is_said_at_once()
waits_then_streams_then_waits()
