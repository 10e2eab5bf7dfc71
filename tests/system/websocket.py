# SPDX-License-Identifier: LGPL-2.1-or-later
"""A WebSocket client (RFC 6455) that can also do what it must not."""
import base64
import hashlib
import json
import os
import socket
import struct
import time
import urllib.parse

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Refused(Exception):
    """The server answered with something else than 101."""

    def __init__(self, status, body):
        super().__init__(f"{status}: {body[:300]}")
        self.status = status
        self.body = body

    @property
    def code(self):
        problem = json.loads(self.body)
        return problem.get("code") or problem["error"]["code"]


class Closed(Exception):
    """The server ended the connection; with a close frame or without."""

    def __init__(self, code, reason):
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


class WebSocket:
    def __init__(self, url, path, headers=None, protocol=None, timeout=20,
                 context=None):
        at = urllib.parse.urlsplit(url)
        self.sock = socket.create_connection((at.hostname, at.port), timeout)
        if at.scheme == "https":
            self.sock = context.wrap_socket(self.sock,
                                            server_hostname=at.hostname)
        key = base64.b64encode(os.urandom(16))
        head = {"Host": at.netloc, "Upgrade": "websocket",
                "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": key.decode(), **(headers or {})}
        if protocol:
            head["Sec-WebSocket-Protocol"] = protocol
        self.sock.sendall(
            (f"GET {path} HTTP/1.1\r\n" + "".join(
                f"{k}: {v}\r\n" for k, v in head.items()) + "\r\n").encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self._read()
        text, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.head = text.decode().split("\r\n")
        status = int(self.head[0].split()[1])
        if status != 101:
            try:
                while True:
                    self._read()
            except Closed:
                pass
            raise Refused(status, self.buffer)
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()
        assert f"Sec-WebSocket-Accept: {accept}" in self.head, self.head

    def _read(self):
        try:
            data = self.sock.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            raise Closed(None, "the connection ended")
        self.buffer += data

    def _take(self, n):
        while len(self.buffer) < n:
            self._read()
        data, self.buffer = self.buffer[:n], self.buffer[n:]
        return data

    def send_frame(self, opcode, data, fin=True):
        mask = os.urandom(4)
        n = len(data)
        size = (bytes([128 | n]) if n < 126
                else b"\xfe" + struct.pack(">H", n) if n < 65536
                else b"\xff" + struct.pack(">Q", n))
        masked = bytes(b ^ mask[i % 4] for i, b in enumerate(data)) \
            if n < 65536 else (
                int.from_bytes(data, "big")
                ^ int.from_bytes((mask * (n // 4 + 1))[:n], "big")
            ).to_bytes(n, "big")
        self.sock.sendall(bytes([(128 if fin else 0) | opcode]) + size + mask
                          + masked)

    def send(self, message):
        self.send_frame(TEXT, json.dumps(message).encode())

    def receive_frame(self):
        first, second = self._take(2)
        n = second & 127
        masked = second & 128
        if n == 126:
            n, = struct.unpack(">H", self._take(2))
        elif n == 127:
            n, = struct.unpack(">Q", self._take(8))
        mask = self._take(4) if masked else bytes(4)
        data = bytes(b ^ mask[i % 4] for i, b in enumerate(self._take(n)))
        opcode = first & 15
        if opcode == CLOSE:
            code = struct.unpack(">H", data[:2])[0] if data else None
            try:
                self.send_frame(CLOSE, data)
            except OSError:
                pass
            raise Closed(code, data[2:].decode())
        return opcode, data

    def receive(self, kind=None):
        """The next message, or the next one of that type; answers pings."""
        while True:
            opcode, data = self.receive_frame()
            if opcode == PING:
                self.send_frame(PONG, data)
            elif opcode == TEXT:
                message = json.loads(data)
                if kind in (None, message["type"]):
                    return message

    def wait(self, kind, condition, timeout=20):
        """The first message of that type for which the condition holds."""
        end = time.monotonic() + timeout
        while True:
            message = self.receive(kind)
            if condition(message):
                return message
            assert time.monotonic() < end, f"{kind}: not within {timeout} s"

    def closes(self):
        """Reads until the server ends it: (code, reason)."""
        try:
            while True:
                self.receive()
        except Closed as e:
            return e.code, e.reason

    def close(self):
        self.sock.close()


class Accepted(WebSocket):
    """The other end of one, on a socket that somebody has connected to."""

    def __init__(self, sock, protocol):  # pylint: disable=super-init-not-called
        self.sock = sock
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self._read()
        text, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.head = text.decode().split("\r\n")
        key = next((line.split(":", 1)[1].strip() for line in self.head
                    if line.lower().startswith("sec-websocket-key:")), None)
        if not key:
            raise Closed(None, "it wants no WebSocket")
        accept = base64.b64encode(hashlib.sha1(key.encode() + GUID).digest())
        self.sock.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept
            + b"\r\nSec-WebSocket-Protocol: " + protocol.encode()
            + b"\r\n\r\n")

    def send_frame(self, opcode, data, fin=True):
        n = len(data)
        size = bytes([n]) if n < 126 else b"\x7e" + struct.pack(">H", n)
        self.sock.sendall(bytes([(128 if fin else 0) | opcode]) + size + data)
