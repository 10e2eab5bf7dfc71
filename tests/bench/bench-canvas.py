#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Draw to canvas: from the simulator's tick on the driver's PC to its drawing on
the canvas of a real Chromium, everything on this machine, 640 x 360 at 60 fps;
with SRT's delay as the demo takes it and as a network needs it."""
import os
import re
import subprocess
import sys

SYNC = os.path.join(os.path.dirname(__file__), "..", "system", "sync.mjs")

for case in ("one", "network"):
    run = subprocess.run(["node", SYNC, case], capture_output=True, text=True,
                         check=False)
    lines = [line for line in run.stdout.splitlines()
             if re.search(r"draw to canvas|frames shown|SKIP", line)]
    print("\n".join(lines))
    if run.returncode not in (0, 77):
        sys.exit(run.stdout + run.stderr)
