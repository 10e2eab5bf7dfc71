#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is wrong with a stream is told in words by API, metrics and log, begins
and ends with its cause: senders that are set up badly, real loss, an agent whose
simulator is gone."""
import re
import sys

from pitbox import Stack, need

need("ffmpeg", "lossproxy", "pitbox-agent", "pitbox-server", "pitbox-sim")


def alarms(stack, driver):
    health = stack.driver(driver)["health"]
    return {a["code"]: a for a in health["alarms"]} if health else {}


def metric(stack, name, driver, more=""):
    found = re.search(rf'^{name}{{driver="{driver}"{more}}} (\S+)$',
                      stack.get("/metrics"), re.M)
    return float(found.group(1)) if found else None


def start_ffmpeg(stack, driver, key, *encoder):
    """A sender of others: PTS by ffmpeg, no telemetry."""
    return stack.start("ffmpeg", [
        "ffmpeg", "-v", "error", "-nostdin", "-re", "-f", "lavfi", "-i",
        "testsrc=size=320x180:rate=30", "-c:v", "libx264", "-preset", "ultrafast",
        *encoder, "-f", "mpegts",
        f"srt://127.0.0.1:{stack.srt_port}?mode=caller&streamid="
        f"#!::r={driver},m=publish,u={driver}&passphrase={key}"
        "&latency=120000"])


def test_a_badly_set_encoder(stack, key):
    """B-frames and a key frame each 20 s are told, with what to set; nothing
    else is."""
    sender = start_ffmpeg(stack, "car1", key, "-bf", "3", "-b_strategy", "0",
                          "-g", "600", "-keyint_min", "600", "-sc_threshold",
                          "0")
    stack.wait(lambda: stack.state("car1") == "live", "car1 is live", 30)
    found = stack.wait(
        lambda: (lambda a: {"b_frames", "key_interval"} <= set(a) and a)(
            alarms(stack, "car1")), "both alarms", 60)
    assert found["b_frames"]["level"] == "warn", found
    assert "zerolatency" in found["b_frames"]["text"], found
    assert "between key frames" in found["key_interval"]["text"], found
    assert not {"silent", "picture_still", "no_telemetry"} & set(found), found
    health = stack.driver("car1")["health"]
    assert health["level"] == "warn" and health["b_frames"] > 20, health
    assert health["key_interval_s"] > 5, health
    assert health["clock_error_ms"] is None, "there is no telemetry"
    assert metric(stack, "pitbox_b_frames", "car1") > 20
    assert metric(stack, "pitbox_alarm", "car1", ',code="b_frames"') == 1
    assert metric(stack, "pitbox_alarm", "car1", ',code="silent"') == 0
    assert re.search("driver car1: alarm: The encoder makes B-frames",
                     stack.server.err()), stack.server.err()
    sender.stop()
    stack.wait(lambda: stack.driver("car1")["health"] is None,
               "no health without a stream")


def start_agent(stack, driver, port=None):
    stack.add_driver(driver)
    sim = stack.start_sim(driver)
    stack.start_agent(driver, "--mode", "video", "--width", "320", "--height",
                      "180", "--framerate", "30", "--bitrate-kbps", "500",
                      port=port)
    stack.wait(lambda: stack.state(driver) == "live", f"{driver} is live", 30)
    return sim


def test_a_sound_agent(stack):
    """Nothing is said of it."""
    sim = start_agent(stack, "car2")
    health = stack.wait(
        lambda: (lambda h: h and h["key_interval_s"] and h)(
            stack.driver("car2")["health"]), "two key frames", 30)
    assert health["b_frames"] == 0, health
    assert health["key_interval_s"] <= 5, health
    assert abs(health["clock_error_ms"]) < 500, health
    # A busy machine may come late; nothing else may be said.
    assert set(alarms(stack, "car2")) <= {"jitter", "late"}, health
    return sim


def test_the_simulator_goes_and_comes_back(stack, sim):
    """The picture is drawn from the telemetry, so both stand still."""
    sim.kill()
    found = stack.wait(lambda: alarms(stack, "car2").get("silent"),
                       "nothing comes", 30)
    assert found["level"] == "bad" and "simulator" in found["text"], found
    assert stack.driver("car2")["health"]["level"] == "bad"
    stack.start_sim("car2", name="sim-again")
    stack.wait(lambda: stack.state("car2") == "live"
               and "silent" not in alarms(stack, "car2"), "it is back", 60)
    assert re.search("driver car2: (over: Nothing comes|session .* ends)",
                     stack.server.err()), stack.server.err()


def test_loss(stack):
    """A bad network, in percent and with what helps."""
    proxy = stack.start("lossproxy", [
        "lossproxy", "--to", f"127.0.0.1:{stack.srt_port}", "--loss", "12"])
    port = int(stack.wait(proxy.out, "the port of the proxy"))
    start_agent(stack, "car3", port)
    found = stack.wait(lambda: alarms(stack, "car3").get("loss"), "loss", 60)
    assert re.match(r"[\d.]+ % of the packets are lost", found["text"]), found
    assert metric(stack, "pitbox_alarm", "car3", ',code="loss"') >= 1


def main():
    with Stack() as stack:
        # Known from the start: ffmpeg asks once.
        key = stack.add_driver("car1")
        stack.start_server("--srt-latency", "120")
        test_a_badly_set_encoder(stack, key)
        sim = test_a_sound_agent(stack)
        test_the_simulator_goes_and_comes_back(stack, sim)
        test_loss(stack)
    return 0


if __name__ == "__main__":
    sys.exit(main())
