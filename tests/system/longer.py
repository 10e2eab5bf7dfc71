# SPDX-License-Identifier: LGPL-2.1-or-later
"""A recording that lasts as long as a test: the same rows again and again, with
SessionTick and SessionTime that go on, as a simulator's do. pitbox-sim alone
begins with the first tick anew, and rows would be taken for others."""
import struct

HEADER = struct.Struct("<10i8x4i")  # up to the first buffer's line
SUBHEADER = struct.Struct("<qddii")
VARIABLE = struct.Struct("<3i4x32s64s32s")


def _fields(data):
    """{name: offset in a row}, bytes of a row, where the rows begin."""
    head = HEADER.unpack_from(data)
    n_vars, at, row_bytes, first = head[6], head[7], head[9], head[11]
    names = {}
    for i in range(n_vars):
        _, offset, _, name, _, _ = VARIABLE.unpack_from(
            data, at + i * VARIABLE.size)
        names[name.split(b"\0")[0].decode()] = offset
    return names, row_bytes, first


def lengthen(source, target, seconds):
    """Writes to TARGET what SOURCE would be after so many seconds."""
    with open(source, "rb") as f:
        data = f.read()
    fields, row_bytes, first = _fields(data)
    tick_at, time_at = fields["SessionTick"], fields["SessionTime"]
    rate = HEADER.unpack_from(data)[2]
    n = (len(data) - first) // row_bytes
    rows = [data[first + i * row_bytes:first + (i + 1) * row_bytes]
            for i in range(n)]
    tick, = struct.unpack_from("<i", rows[0], tick_at)
    began, = struct.unpack_from("<d", rows[0], time_at)
    wanted = max(n, int(seconds * rate))
    head = bytearray(data[:first])
    sub = list(SUBHEADER.unpack_from(head, 112))
    sub[2], sub[4] = began + wanted / rate, wanted
    SUBHEADER.pack_into(head, 112, *sub)
    with open(target, "wb") as f:
        f.write(head)
        for i in range(wanted):
            row = bytearray(rows[i % n])
            struct.pack_into("<i", row, tick_at, tick + i)
            struct.pack_into("<d", row, time_at, began + i / rate)
            f.write(row)
    return target
