#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every line of gst-launch and of our tools that we print runs as printed.

Usage: test_launch_lines.py [WORD…], only blocks that hold one of them.

Lines come from the README files (indented or fenced code) and from the
|[ … ]| or ``` examples of the elements' SECTION comments. They run in one
folder, in which lap.ibt is a lap of the simulator; those of one block one after
the other, two blocks beside each other where they share neither a file nor a
port. A line that ends must end well; one that runs for ever must still run a
while after it has begun to play, and end cleanly when interrupted. One that
turns a file into another is awaited, for the next may read what it writes. A
line that needs a peer (a server on a port) gets the lines of the same block
beside it. pitbox-sim, ibt-dump and klv-dump run one after the other as in a
shell; a simulator with "&" behind it goes on beside the lines that follow.
"""
import concurrent.futures
import glob
import os
import re
import signal
import subprocess
import sys
import time

from pitbox import Stack, need

need("gst-launch-1.0", "pitbox-sim", "Xvfb")

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
LANES = 2
# What is looked at is that it goes on: the span is the matter itself.
RUN_FOREVER_S = 2
PLAY_S = 30
WRITE_S = 60


def blocks_of_markdown(path):
    """Code blocks: lists of commands, backslash-continued lines joined."""
    block, fenced = [], False
    for line in open(path, encoding="utf-8").read().splitlines() + [""]:
        if line.lstrip().startswith("```"):
            fenced = not fenced
            if not fenced:
                yield block
                block = []
        elif fenced or line.startswith("    "):
            block.append(line.strip())
        elif block:
            yield block
            block = []


def blocks_of_source(path):
    text = open(path, encoding="utf-8").read()
    for m in re.finditer(
            r"(?:\|\[(?:<!--.*?-->)?|^ \* ```\w*\n)(.*?)(?:\]\||^ \* ```)",
            text, re.S | re.M):
        yield [re.sub(r"^\s*\* ?", "", li).strip()
               for li in m.group(1).splitlines()]


def commands(block):
    joined, out = "", []
    for line in block:
        joined += line
        if joined.endswith("\\"):
            joined = joined[:-1] + " "
            continue
        if re.match(r"(\./run env )?((sh -c ')?gst-launch-1\.0|pitbox-sim"
                    r"|ibt-dump|klv-dump)\b", joined) \
                and "--write-ibt lap.ibt" not in joined: # others read it
            out.append(re.sub(r"^\./run env ", "", joined))
        joined = ""
    return out


def groups():
    for path in sorted([os.path.join(ROOT, "README.md")]
                       + glob.glob(os.path.join(ROOT, "*", "README.md"))
                       + glob.glob(os.path.join(ROOT, "*", "*", "README.md"))):
        for block in blocks_of_markdown(path):
            yield os.path.relpath(path, ROOT), commands(block)
    for path in sorted(glob.glob(os.path.join(ROOT, "elements", "*", "*.c"))):
        for block in blocks_of_source(path):
            yield os.path.relpath(path, ROOT), commands(block)


def wait_end(processes, seconds):
    end = time.monotonic() + seconds
    while any(p.alive() for p in processes) and time.monotonic() < end:
        time.sleep(0.05)


def is_tool(line):
    return not re.match(r"(sh -c ')?gst-launch", line)


def tells_of_playing(line):
    return " -q " not in line and not is_tool(line)


def wait_play(p, line):
    """Until it plays or has ended: what it listens on is open then."""
    if not tells_of_playing(line):
        return
    end = time.monotonic() + PLAY_S
    while p.alive() and "Setting pipeline to PLAYING" not in p.out() \
            and time.monotonic() < end:
        time.sleep(0.02)


def writes_a_file(line):
    """Whether it ends by itself, and leaves a file that is whole only then."""
    return ("filesink" in line and "irsdksrc" not in line
            and ("filesrc" in line or "num-buffers=" in line))


def shared(lines):
    """The files and ports of a block that another block's may be, too."""
    text = "\n".join(lines)
    names = set(re.findall(r"\blocation=(\S+)", text)) - {"lap.ibt"}
    names |= set(re.findall(r"\S+\.(?:socket|json|klv)\b", text))
    if "pitbox-sim" in text:
        names.add("shared memory")
    if "srt" in text or "pitbox://" in text:
        names.add("port 9000")
    return names


def wait_tool(p, line):
    """In a shell the next line waits for this one, or for Ctrl-C."""
    ends = not line.startswith("pitbox-sim") or "--tell" in line \
        or "--duration" in line
    wait_end([p], WRITE_S if ends else RUN_FOREVER_S)
    if p.alive() and not ends:
        p.stop(signal.SIGINT)


def start_line(stack, name, line):
    p = stack.start(name, ["bash", "-c", "exec " + line.rstrip("& ")])
    # A stream whose encoder has not begun is telemetry alone, which
    # uridecodebin cannot decode.
    for n in range(10 if "uridecodebin uri=pitbox" in line else 0):
        wait_play(p, line)
        wait_end([p], 1)
        if p.alive() or "missing a plug-in" not in p.err():
            break
        p = stack.start(f"{name}-again-{n}", ["bash", "-c", "exec " + line])
    return p


def run_group(stack, where, lines, number):
    """[(whether it is good, what to say of it)] for each line."""
    began, running = time.monotonic(), []
    for i, line in enumerate(lines):
        p = start_line(stack, f"line-{number}-{i}", line)
        running.append((line, p))
        # The next line may read what this one writes, or call what it opens.
        if is_tool(line):
            if not line.endswith("&"):
                wait_tool(p, line)
        elif writes_a_file(line):
            wait_end([p], WRITE_S)
        else:
            wait_play(p, line)
    wait_end([p for _, p in running], RUN_FOREVER_S)
    results = []
    for line, p in running:
        if p.alive():
            played = not tells_of_playing(line) \
                or "Setting pipeline to PLAYING" in p.out()
            code = p.stop(signal.SIGINT)
            good = played and code in (0, 1, -signal.SIGINT) \
                and "ERROR" not in p.err()
        else:
            code = p.popen.wait()
            good = code == 0
        said = (f"{'ok' if good else 'NOT OK'} "
                f"{time.monotonic() - began:.1f} s {where}: {line}")
        if not good:
            said += f"\n   exit {code}: {p.err()[-1500:]}\n{p.out()[-500:]}"
        results.append((good, said))
    return results


def run_groups(stack, todo):
    """Yields the results of each block as it ends. One begins when those before
    it that share something with it have ended."""
    uses = [shared(lines) for _, lines in todo]
    waiting, running = list(range(len(todo))), {}
    with concurrent.futures.ThreadPoolExecutor(LANES) as pool:
        while waiting or running:
            for n in list(waiting):
                before = [k for k in waiting if k < n] + list(running.values())
                if len(running) < LANES and not any(uses[n] & uses[k]
                                                    for k in before):
                    waiting.remove(n)
                    running[pool.submit(run_group, stack, *todo[n], n)] = n
            done, _ = concurrent.futures.wait(
                running, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                del running[future]
                yield future.result()


def main():
    failed, count = 0, 0
    with Stack() as stack:
        os.chdir(stack.folder)
        # The lines are for the top folder; a passphrase is printed by another.
        os.symlink(os.path.join(ROOT, "pipelines"), "pipelines")
        os.environ["KEY"] = "correct-horse"
        with open("token", "w", encoding="utf-8") as f:
            f.write("pbd_nobodys_token\n")
        # Lines with autovideosink want a display; this one is theirs alone.
        screen = stack.start("xvfb", ["Xvfb", "-displayfd", "1", "-screen", "0",
                                      "1280x720x24", "-nolisten", "tcp",
                                      "-noreset"])
        os.environ["DISPLAY"] = ":" + screen.wait_for(r"^(\d+)$").group(1)
        subprocess.run(["pitbox-sim", "--write-ibt", "lap.ibt", "--duration",
                        "5"], check=True, capture_output=True, timeout=60)
        # Another name than the game's: what else runs here is not disturbed.
        os.environ["PITBOX_SHM_NAME"] = stack.shm("lines")
        wanted = sys.argv[1:] or [""]
        todo = [g for g in groups()
                if g[1] and any(w in " ".join(g[1]) for w in wanted)]
        for results in run_groups(stack, todo):
            for good, said in results:
                print(said)
                count += 1
                failed += not good
    print(f"{count} lines, {failed} failed")
    sys.exit(1 if failed or not count else 0)


if __name__ == "__main__":
    main()
