#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Draws the program's icon: icon.py OUT.ico

A trace of telemetry on a rounded tile. Small sizes have a thicker line and fewer
turns, so that 16 px shows the same thing on a light and on a dark task bar.
"""
import struct
import sys
import zlib

TILE = (0x0B, 0x6E, 0x4F)
LINE = (0xFF, 0xFF, 0xFF)
DOT = (0xFF, 0xC8, 0x2E)
# In units of the tile: throttle up, brake, up again.
TRACE = [(0.14, 0.66), (0.34, 0.66), (0.47, 0.24), (0.62, 0.78), (0.72, 0.50)]
END = (0.80, 0.50)
SIZES = [16, 20, 24, 32, 40, 48, 64, 256]


def distance(px, py, a, b):
    ax, ay = a
    dx, dy = b[0] - ax, b[1] - ay
    t = max(0.0, min(1.0, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy)))
    return ((px - ax - t * dx) ** 2 + (py - ay - t * dy) ** 2) ** 0.5


def cover(edge, pixel):
    """How much of a pixel lies inside, from the distance to the edge."""
    return max(0.0, min(1.0, 0.5 - edge / pixel))


def draw(size):
    """RGBA rows, top first."""
    pixel, radius = 1.0 / size, 0.2
    half = max(0.045, 1.05 * pixel) # of the line
    dot = max(0.085, 1.6 * pixel)
    rows = []
    for y in range(size):
        row = bytearray()
        for x in range(size):
            px, py = (x + 0.5) * pixel, (y + 0.5) * pixel
            qx, qy = abs(px - 0.5) - 0.5 + radius, abs(py - 0.5) - 0.5 + radius
            edge = (max(qx, 0) ** 2 + max(qy, 0) ** 2) ** 0.5 + min(max(qx, qy), 0) - radius
            colour = TILE
            near = min(distance(px, py, a, b) for a, b in zip(TRACE, TRACE[1:]))
            for paint, amount in (
                    (LINE, cover(near - half, pixel)),
                    (DOT, cover(((px - END[0]) ** 2 + (py - END[1]) ** 2) ** 0.5 - dot, pixel))):
                colour = tuple(round(c + (p - c) * amount) for c, p in zip(colour, paint))
            row += bytes((*colour, round(255 * cover(edge, pixel))))
        rows.append(bytes(row))
    return rows


def png(size, rows):
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))

    return (b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"".join(b"\0" + r for r in rows), 9))
            + chunk(b"IEND", b""))


def bitmap(size, rows):
    """As icons have it: bottom first, BGRA, and a mask that nobody reads."""
    mask = bytes((size + 31) // 32 * 4 * size)
    body = b"".join(bytes(r[i + j] for i in range(0, len(r), 4) for j in (2, 1, 0, 3))
                    for r in reversed(rows))
    return struct.pack("<IiiHHIIiiII", 40, size, 2 * size, 1, 32, 0, len(body), 0, 0, 0, 0) \
        + body + mask


def icon():
    images = []
    for size in SIZES:
        rows = draw(size)
        images.append(png(size, rows) if size > 64 else bitmap(size, rows))
    at = 6 + 16 * len(SIZES)
    head = struct.pack("<HHH", 0, 1, len(SIZES))
    for size, image in zip(SIZES, images):
        head += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(image), at)
        at += len(image)
    return head + b"".join(images)


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as f:
        f.write(icon())
