#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How many drivers and viewers one server bears on this machine, the load
generator on the same cores: more drivers until rows are late or lost, and what
saturates. Names as arguments (websocket, srt, video, viewers) run some of it;
PITBOX_BENCH_SECONDS sets the length of a step (10). With PITBOX_TEST_DATA the
rows are a real recording's."""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "system"))
from load import Step, add_devices, publishing_keys  # noqa: E402
from pitbox import Stack, recording  # noqa: E402
from stored import Stored  # noqa: E402

SECONDS = max(8, int(os.environ.get("PITBOX_BENCH_SECONDS", "10")))
# (drivers, what is asked for)
TELEMETRY = (50, 100, 200, 300, 400, 500)  # a team has no more drivers
VIDEO = (10, 20, 30)
VIDEO_KBPS = 3000
CORES = os.cpu_count() or 1


def write_keys(stack, devices, secrets=None):
    path = stack.path("load.keys")
    with open(path, "w", encoding="utf-8") as f:
        for i, (driver, device, passphrase) in enumerate(devices):
            secret = secrets[i // 64] if secrets else passphrase
            f.write(f"{driver} {device} {secret}\n")
    return path


def head(what):
    print(f"\n{what}\n{'drivers':>8} {'server %':>9} {'each %':>7} "
          f"{'all cores':>10} {'load gen %':>11} {'wakes/s':>8} "
          f"{'disk MB/s':>10} {'MB':>5} {'threads':>8} {'stored ms p50':>14} "
          f"{'p99':>6} {'lost':>6}  dearest threads, % of a core")


def line(step, lost):
    out, lost_text = step.out, "all" if lost is None else lost
    print(f"{step.n:>8} {step.cpu:>9.1f} {step.cpu / step.n:>7.2f} "
          f"{100 * step.cores / CORES:>9.0f}% {step.load_cpu:>11.1f} "
          f"{step.wakes:>8.0f} {step.disk_mb_s:>10.2f} {step.rss_mb:>5.0f} "
          f"{step.threads:>8} {out.get('stored_p50_ms', -1):>14.0f} "
          f"{out.get('stored_p99_ms', -1):>6.0f} {lost_text:>6}  {step.dearest()}",
          flush=True)


def lost_on_disk(stack, n):
    """Rows missing between first and last of the newest session, of at most 20
    drivers; None: there is not one of somebody."""
    lost = 0
    for i in range(min(n, 20)):
        numbers = {r.sequence for r in
                   Stored(stack.data, f"load{i}", newest=True).rows}
        if not numbers:
            return None
        lost += max(numbers) - min(numbers) + 1 - len(numbers)
    return lost


def ramp(stack, numbers, devices, port, secrets, *arguments):
    """Steps until one does not keep up; the last that did."""
    keys = write_keys(stack, devices, secrets)
    best = None
    for n in numbers:
        step = Step(stack.server.pid, port, keys, n, SECONDS, "--recordings",
                    os.path.join(stack.data, "recordings"), *arguments)
        if not step.is_connected or not step.out:
            print(f"{n:>8} did not connect")
            break
        lost = step.out["rows"] - step.out["acknowledged"] if secrets else \
            lost_on_disk(stack, n)
        line(step, lost)
        if step.kept_up() and lost == 0:
            best = step
            continue
        print(f"         {n} are too many: "
              + ("it does not keep up" if lost == 0 else "rows are lost"))
        break
    return best


def knee(best, target):
    if best is None:
        return "none"
    return (f"{best.n} ({best.n / target:.2f} of the target {target}); at "
            f"{best.cpu / best.n:.2f} % of a core each {CORES} cores without "
            f"the load generator would bear {100 * CORES / best.cpu * best.n:.0f}")


def telemetry(devices, stack, way, secrets):
    if way != "websocket":
        secrets = None
    port = stack.url.rsplit(":", 1)[1] if secrets else stack.srt_port
    head(f"telemetry alone by {way}, 60 rows a second, two in a unit")
    best = ramp(stack, TELEMETRY, devices, port, secrets, "--transport", way)
    print(f"knee: {knee(best, 500)}")
    return best


def video(devices, stack):
    head(f"{VIDEO_KBPS / 1000:g} Mbit/s of picture, 60 a second, with rows, "
         "recorded, by SRT")
    best = ramp(stack, VIDEO, devices, stack.srt_port, None, "--transport",
                "srt", "--video-kbps", str(VIDEO_KBPS))
    print(f"knee: {knee(best, 20)}")
    if best:
        print(f"all cores at {best.n}: {100 * best.cpu / 100 / CORES:.0f} % the "
              "server's (target: 20 drivers with at most 60 %)")


def run_one(what):
    with Stack() as stack:
        keys = publishing_keys(stack, max(TELEMETRY))
        stack.start_server("--max-senders", str(max(TELEMETRY)))
        devices = add_devices(stack, max(VIDEO if what == "video"
                                         else TELEMETRY))
        return video(devices, stack) if what == "video" else telemetry(
            devices, stack, what, keys)


def main(names):
    source = recording()
    print(f"rows of {os.path.basename(source) if source else 'pitbox-sim'}, "
          f"{SECONDS} s a step; stored: from the load generator's send() until "
          "the bytes stand in the file, of 16 drivers; lost: by "
          "acknowledgements, or by SRT on the disk of 20 drivers")
    best = {}
    for name in names or ("websocket", "srt", "video", "viewers"):
        if name == "viewers":
            print("\nviewers of one driver at 3 Mbit/s (bench-whep)",
                  flush=True)
            subprocess.run(["bench-whep", "--viewers", "0,20,60", "--plain",
                            "5", "--seconds", "5"], check=False)
        else:
            best[name] = run_one(name)
    ws, srt = best.get("websocket"), best.get("srt")
    if ws and srt:
        print(f"\na driver by WebSocket costs {ws.cpu / ws.n:.2f} % of a core, "
              f"by SRT {srt.cpu / srt.n:.2f}: ratio "
              f"{ws.cpu / ws.n / (srt.cpu / srt.n):.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
