# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests read in files that our elements wrote, by programs that are
not ours: packets by ffprobe, pixels by ffmpeg.

Reference pictures lie in references/ (grey, scaled down, so that another
version of a font renderer stays within the tolerance);
PITBOX_UPDATE_REFERENCES=1 draws them anew. PITBOX_SHOTS=DIR keeps a picture of
each film for people to look at.
"""
import json
import os
import subprocess

REFERENCES = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                          "references")
UPDATE = os.environ.get("PITBOX_UPDATE_REFERENCES")
SHOTS = os.environ.get("PITBOX_SHOTS")

# Mean distance of grey levels: encoding and another cairo cost 1 to 2, text
# that says something else 7 and more.
TOLERANCE = 2.5


def output_of(*argv):
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE,
                          timeout=60).stdout


def streams(path):
    """{codec name: stream} with nb_read_packets as a number."""
    found = json.loads(output_of(
        "ffprobe", "-v", "error", "-count_packets", "-show_streams", "-of",
        "json", path))["streams"]
    for s in found:
        s["packets"] = int(s["nb_read_packets"])
    return {s["codec_name"]: s for s in found}


def packets(path):
    """{codec name: [(PTS in s, bytes, key)]} in the order of the file."""
    seen = json.loads(output_of(
        "ffprobe", "-v", "error", "-show_entries",
        "stream=index,codec_name:packet=stream_index,pts_time,size,flags",
        "-of", "json", path))
    codec = {s["index"]: s.get("codec_name", "data") for s in seen["streams"]}
    out = {name: [] for name in codec.values()}
    for p in seen["packets"]:
        out[codec[p["stream_index"]]].append(
            (float(p.get("pts_time", "nan")), int(p["size"]),
             "K" in p["flags"]))
    return out


def duration(path):
    return float(output_of("ffprobe", "-v", "error", "-show_entries",
                           "format=duration", "-of", "csv=p=0", path))


def pixels(path, number, box=None, size=None, fmt="gray"):
    """Bytes of picture NUMBER: BOX is (width, height, x, y) cut out of it, SIZE
    what that is scaled to."""
    steps = [f"select=eq(n\\,{number})", "format=" + fmt]
    if box:
        steps.append("crop=%d:%d:%d:%d" % box)
    if size:
        steps.append("scale=%d:%d:flags=area" % size)
    data = output_of(
        "ffmpeg", "-v", "error", "-i", path, "-vf", ",".join(steps),
        "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", fmt, "-")
    assert data, f"{path} has no picture {number}"
    return data


def keep(path, number):
    """Picture NUMBER goes to PITBOX_SHOTS, where that is set."""
    if SHOTS:
        os.makedirs(SHOTS, exist_ok=True)
        name = os.path.splitext(os.path.basename(path))[0] + ".png"
        output_of("ffmpeg", "-v", "error", "-y", "-i", path, "-vf",
                  f"select=eq(n\\,{number})", "-frames:v", "1",
                  os.path.join(SHOTS, name))


def spread(data):
    """How far the levels of a picture lie apart: 0 in one that is all black."""
    mean = sum(data) / len(data)
    return (sum((v - mean) ** 2 for v in data) / len(data)) ** 0.5


def distance(a, b):
    assert len(a) == len(b), (len(a), len(b))
    return sum(abs(x - y) for x, y in zip(a, b)) / len(a)


def reference(name, data, size):
    """The kept picture NAME; with PITBOX_UPDATE_REFERENCES it becomes DATA."""
    path = os.path.join(REFERENCES, name + ".png")
    if UPDATE:
        subprocess.run(
            ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt",
             "gray", "-s", "%dx%d" % size, "-i", "-", "-map_metadata", "-1",
             "-fflags", "+bitexact", path], input=data, check=True)
    return output_of("ffmpeg", "-v", "error", "-i", path, "-f", "rawvideo",
                     "-pix_fmt", "gray", "-")


def looks_like(name, path, number, box, size, other):
    """Picture NUMBER is the reference NAME, and picture OTHER of the same file
    is not: a comparison that cannot fail would prove nothing."""
    here = pixels(path, number, box, size)
    kept = reference(name, here, size)
    near = distance(here, kept)
    far = distance(pixels(path, other, box, size), kept)
    print(f"   {name}: {near:.2f} from the reference, picture {other} {far:.2f}")
    assert near < TOLERANCE, f"{path}: {near:.2f} away from {name}.png"
    assert far > 2 * TOLERANCE, f"{name}.png also fits picture {other}"


def ticks(path, width, height, late=False):
    """The tick in the strip of each picture (elements/README.md, "The
    strip"); with LATE without those before the first strip."""
    strip = max(8, round(width / 80))
    data = output_of(
        "ffmpeg", "-v", "fatal", "-i", path, "-vf",
        f"format=gray,crop={width}:1:0:{height - strip // 2}", "-fps_mode",
        "passthrough", "-f", "rawvideo", "-pix_fmt", "gray", "-")
    out = []
    for start in range(0, len(data), width):
        cells = [data[start + (2 * i + 1) * width // 128] > 125
                 for i in range(64)]
        value = sum(bit << (63 - i) for i, bit in enumerate(cells))
        if value >> 56 != 0b10101100 or value & 0xff != 0b00110101:
            assert late and not out, f"{path}: no strip in picture {len(out)}"
            continue
        out.append(value >> 24 & 0xffffffff)
    return out
