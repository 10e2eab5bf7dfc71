#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Senders that want one driver's place: an agent that starts anew has it at
once; ten senders with one key, and two devices of one driver, come to rest, are
told why, fill no list, and the one that is live stays so."""
import sys
import time

from pitbox import Stack, need

need("gst-launch-1.0", "pitbox-agent", "pitbox-server", "pitbox-sim")

# Elements' own: GST_PITBOX_MAX_TAKE_OVERS.
MAX_TAKE_OVERS = 5
# Nothing moves any more for as many rows: 6 s.
QUIET_TICKS = 360


def publish(stack, name, driver, device, key):
    """A sender that comes back for ever, as an agent does."""
    return stack.start(name, [
        "gst-launch-1.0", "-m", "telemetrytestsrc", "is-live=true", "!",
        "telemetryenc", "!", "mpegtsmux", "alignment=0", "!", "pitboxsrtsink",
        "host=127.0.0.1", f"port={stack.srt_port}", "reconnect=true",
        f"streamid=#!::r={driver},m=publish,u={device}", f"passphrase={key}"])


def sessions(stack, driver):
    return stack.get(f"/api/v1/sessions?driver={driver}&limit=500")["sessions"]


def test_restarts(stack):
    """The server still holds the old connection: its place is taken at once."""
    agents = []
    seen = set()
    for i in range(4):
        began = time.monotonic()
        agents.append(stack.start_agent("car1", "--mode", "telemetry",
                                        name=f"agent-{i}"))
        stack.wait(lambda: (d := stack.driver("car1"))["state"] == "live"
                   and d["session_id"] not in seen
                   and (d["start"] or {}).get("row_ms") is not None, f"start {i}")
        seconds = time.monotonic() - began
        seen.add(stack.driver("car1")["session_id"])
        print(f"start {i}: live after {seconds * 1000:.0f} ms")
        if i > 0:
            # The new one took the place; the old one's silence did not free it.
            reason = stack.server.wait_for(
                rf"session {last} .* ends: (.*)$").group(1)
            assert "takes over" in reason, reason
        last = stack.driver("car1")["session_id"]
        # What crashes does not say goodbye.
        agents[-1].kill()
    assert stack.driver("car1")["contest"] is None


def come_to_rest(stack, driver, device):
    """The fight is over, the page can say so, and nothing moves any more."""
    contest = stack.wait(lambda: stack.driver(driver)["contest"],
                         f"{driver}'s fight is noticed", 40)
    assert contest["device"] in device and contest["refused"] > 0, contest
    assert "device remove" in contest["message"], contest
    print(f"{driver}: {contest['message']}")
    stack.wait(lambda: (stack.driver(driver)["start"] or {}).get("row_ms") is not None,
               f"{driver}'s rows")
    holder = stack.driver(driver)["session_id"]
    tick = stack.get(f"/api/v1/drivers/{driver}/live")["tick"]
    # Its row is written a little after it is live.
    stack.wait(lambda: holder in [s["id"] for s in sessions(stack, driver)],
               f"{driver}'s session is in the list")
    n = len(sessions(stack, driver))
    assert n <= 1 + MAX_TAKE_OVERS, f"{n} sessions"
    stack.wait(lambda: stack.get(f"/api/v1/drivers/{driver}/live")["tick"]
               > tick + QUIET_TICKS, f"{driver}'s rows go on", 60)
    assert stack.driver(driver)["session_id"] == holder
    assert stack.state(driver) == "live"
    assert len(sessions(stack, driver)) == n
    refused = stack.driver(driver)["contest"]["refused"]
    print(f"ok {driver}: {n} sessions, {refused} times refused")


def main():
    with Stack() as stack:
        stack.add_driver("car1")
        key2 = stack.add_driver("car2", "pc2")
        key3 = stack.add_driver("car3", "pc3")
        key4 = stack.add_driver("car3", "pc4")
        stack.start_server()
        stack.start_sim("car1")
        test_restarts(stack)

        fighters = [publish(stack, f"same-key-{i}", "car2", "pc2", key2)
                    for i in range(10)]
        come_to_rest(stack, "car2", ["pc2"])
        stack.wait(lambda: any("another sender uses this device's key" in p.err()
                               + p.out() for p in fighters),
                   "a sender is told why")
        for p in fighters:
            p.kill()

        publish(stack, "pc3", "car3", "pc3", key3)
        publish(stack, "pc4", "car3", "pc4", key4)
        come_to_rest(stack, "car3", ["pc3", "pc4"])
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
