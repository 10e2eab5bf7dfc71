#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a publisher by SRT costs whoever receives: ten of 3 Mbit/s with AES, the
bytes thrown away behind the source. pitboxsrtsrc takes all at one port; stock
srtsrc is ten elements at ten ports in one process, since each takes one caller.
The senders are the same process (load-drivers) for both. PITBOX_BENCH_SECONDS
sets the length (10)."""
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "system"))
from load import Step  # noqa: E402

SECONDS = max(8, int(os.environ.get("PITBOX_BENCH_SECONDS", "10")))
N = 10
KBPS = 3000
SECRET = "of-this-bench-alone"
PORT = 20000 + os.getpid() % 20000
SINK = "fakesink sync=false async=false"


def ours(batch_ms):
    pads = " ".join(f"in.src_{i} ! {SINK}" for i in range(N))
    return (f"pitboxsrtsrc name=in port={PORT} accept-any=true "
            f"passphrase={SECRET} batch-time={batch_ms} {pads}")


def stock():
    return " ".join(
        f"srtsrc uri=srt://127.0.0.1:{PORT + i}?mode=listener "
        f"passphrase={SECRET} pbkeylen=16 ! {SINK}" for i in range(N))


def measure(label, graph, transport, keys):
    receiver = subprocess.Popen(["gst-launch-1.0", "-q", *graph.split()],
                                stdout=subprocess.DEVNULL)
    try:
        for _ in range(20):  # a caller gives up where nobody listens yet
            time.sleep(0.5)
            step = Step(receiver.pid, PORT, keys, N, SECONDS, "--transport",
                        transport, "--video-kbps", str(KBPS))
            if step.is_connected:
                break
        if not step.is_connected:
            print(f"{label}: did not start")
            return None
        print(f"{label:<34}{step.cpu:6.1f} % of a core, "
              f"{step.cpu / N:5.2f} each, {step.wakes:6.0f} wake-ups/s, "
              f"{step.threads} threads, {step.rss_mb:.0f} MB; "
              f"dropped {step.out['dropped']}, broken off "
              f"{step.out['ended']}; {step.dearest(3)}", flush=True)
        return step.cpu
    finally:
        receiver.terminate()
        receiver.wait()


def main():
    with tempfile.TemporaryDirectory(prefix="pitbox-bench-") as folder:
        keys = os.path.join(folder, "keys")
        with open(keys, "w", encoding="utf-8") as f:
            f.writelines(f"car{i} pc{i} {SECRET}\n" for i in range(N))
        print(f"{N} publishers of {KBPS / 1000:g} Mbit/s, {SECONDS} s each; "
              "target 20 % of a core (earlier figures: stock 21, a first try of "
              "ours 45, MediaMTX 32)")
        mine = measure("pitboxsrtsrc, one port", ours(0), "srt", keys)
        batch = measure("pitboxsrtsrc, batch-time=5", ours(5), "srt", keys)
        other = measure("srtsrc, ten ports", stock(), "stock", keys)
    if mine and other:
        print(f"ratio ours / stock: {mine / other:.2f}"
              + (f", with batch-time=5 {batch / other:.2f}" if batch else ""))


if __name__ == "__main__":
    main()
