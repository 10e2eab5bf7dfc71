# SPDX-License-Identifier: LGPL-2.1-or-later
"""MPEG-TS (ISO/IEC 13818-1) with all that a muxer would never write: the caller
says what stands in the tables, when, and which bytes a PID brings."""
import struct

PMT_PID = 0x20
H264, H265, AAC, MP3, AC3, PRIVATE = 0x1b, 0x24, 0x0f, 0x03, 0x81, 0x06
KLVA = b"\x05\x04KLVA"
HEVC = b"\x05\x04HEVC"
STREAM_ID = {H264: 0xe0, H265: 0xe0, PRIVATE: 0xbd}


def crc32(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04c11db7 if crc & 1 << 31 else 0)) & 0xffffffff
    return struct.pack(">I", crc)


class TsWriter:
    def __init__(self):
        self.out = bytearray()
        self.counters = {}
        self.version = 0
        self.streams = {}

    def take(self):
        data, self.out = bytes(self.out), bytearray()
        return data

    def packet(self, pid, payload, start=False, adaptation=b""):
        """One packet; PAYLOAD is what fits, the rest is stuffing."""
        room = 184 - len(payload)
        assert room >= 0
        counter = self.counters[pid] = (self.counters.get(pid, -1) + 1) % 16
        head = struct.pack(">BHB", 0x47, (start << 14) | pid,
                           (0x30 if room else 0x10) | counter)
        if room:
            field = bytes([room - 1])
            if room > 1:
                body = adaptation or b"\0"
                assert len(body) <= room - 1
                field += body + b"\xff" * (room - 1 - len(body))
            head += field
        self.out += head + payload

    def section(self, pid, table, number, body):
        data = struct.pack(">BHHBBB", table, 0xb000 | len(body) + 9, number,
                           0xc1 | self.version << 1, 0, 0) + body
        data = b"\0" + data + crc32(data)
        for at in range(0, len(data), 184):
            part = data[at:at + 184]
            self.packet(pid, part + b"\xff" * (184 - len(part)), at == 0)

    def tables(self, streams=None, pcr=None, programme=1):
        """PAT and PMT; STREAMS is {PID: (type, descriptors)}. Another list has
        another version."""
        if streams is not None and streams != self.streams:
            self.streams = dict(streams)
            self.version = (self.version + 1) % 32
        if pcr is None:
            pcr = next(iter(self.streams), 0x1fff)
        self.section(0, 0, 1, struct.pack(">HH", programme, 0xe000 | PMT_PID))
        self.section(PMT_PID, 2, programme, struct.pack(
            ">HH", 0xe000 | pcr, 0xf000) + b"".join(
                struct.pack(">BHH", kind, 0xe000 | pid, 0xf000 | len(more))
                + more for pid, (kind, more) in self.streams.items()))

    def pcr(self, pid, time):
        base = int(time * 90000) % (1 << 33)
        counter = self.counters.get(pid, 15)
        self.out += struct.pack(">BHB", 0x47, pid, 0x20 | counter) + b"\xb7" \
            + b"\x10" + struct.pack(">IH", base >> 1, (base & 1) << 15 | 0x7e00) \
            + b"\xff" * 176

    @staticmethod
    def pes_head(stream_id, pts, size):
        t = int(pts * 90000) % (1 << 33)
        stamp = bytes([0x21 | t >> 29 & 0x0e, t >> 22 & 0xff,
                       t >> 14 & 0xfe | 1, t >> 7 & 0xff, t << 1 & 0xfe | 1])
        length = size + 8 if stream_id != 0xe0 and size + 8 < 65536 else 0
        return b"\0\0\1" + struct.pack(">BH", stream_id, length) \
            + b"\x80\x80\x05" + stamp

    def pes(self, pid, pts, data, stream_id=None):
        """A whole packet of one unit."""
        if stream_id is None:
            kind = self.streams.get(pid, (AAC, b""))[0]
            stream_id = STREAM_ID.get(kind, 0xc0)
        data = self.pes_head(stream_id, pts, len(data)) + data
        for at in range(0, len(data), 184):
            self.packet(pid, data[at:at + 184], at == 0)

    def more(self, pid, data):
        """Goes on with the packet that was begun last, without an end."""
        for at in range(0, len(data), 184):
            self.packet(pid, data[at:at + 184])


def adts(payload, rate_index=3, channels=2, frame_bytes=None, profile=1):
    n = len(payload) + 7 if frame_bytes is None else frame_bytes
    return bytes([0xff, 0xf1, profile << 6 | rate_index << 2 | channels >> 2,
                  (channels & 3) << 6 | n >> 11 & 3, n >> 3 & 0xff,
                  (n & 7) << 5 | 0x1f, 0xfc]) + payload


def frames_of_adts(data):
    """Whole frames, with their headers."""
    at = 0
    while at + 7 <= len(data):
        n = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        yield data[at:at + n]
        at += n


def units_of_video(data, delimiter):
    """Access units that each begin with an access unit DELIMITER's bytes."""
    parts = data.split(delimiter)
    return [delimiter + p for p in parts[1:]]
