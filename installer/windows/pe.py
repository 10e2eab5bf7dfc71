# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a PE file (an .exe or .dll of Windows, 64 bit) imports and exports."""
import struct

_IMPORT, _DELAY, _EXPORT = 1, 13, 0
_EXECUTABLE = 0x20000000
# A table of this many entries is a broken file and not a library.
_MAX_ENTRIES = 100_000


class PE:
    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        d = self.data
        at, = struct.unpack_from("<I", d, 0x3C)
        if d[:2] != b"MZ" or d[at:at + 4] != b"PE\0\0":
            raise ValueError(f"{path}: no PE file")
        count, self.timestamp = struct.unpack_from("<HI", d, at + 6)
        size, = struct.unpack_from("<H", d, at + 20)
        optional = at + 24
        if struct.unpack_from("<H", d, optional)[0] != 0x20B:
            raise ValueError(f"{path}: not for 64-bit Windows")
        self.subsystem, = struct.unpack_from("<H", d, optional + 68)
        directories, = struct.unpack_from("<I", d, optional + 108)
        self._directories = [struct.unpack_from("<II", d, optional + 112 + i * 8)
                             for i in range(min(directories, 16))]
        self._sections = []
        for i in range(count):
            at = optional + size + i * 40
            virtual, address, raw, offset = struct.unpack_from("<IIII", d, at + 8)
            flags, = struct.unpack_from("<I", d, at + 36)
            self._sections.append((address, max(virtual, raw), offset, flags))

    def _section(self, rva):
        for section in self._sections:
            if section[0] <= rva < section[0] + section[1]:
                return section
        raise ValueError(f"address {rva:#x} is in no section")

    def _offset(self, rva):
        address, _, offset, _ = self._section(rva)
        return rva - address + offset

    def _text(self, rva):
        at = self._offset(rva)
        return self.data[at:self.data.index(b"\0", at)].decode("ascii")

    def _names(self, directory, entry, name_at):
        if directory >= len(self._directories) or not self._directories[directory][0]:
            return []
        at, names = self._offset(self._directories[directory][0]), []
        while len(names) < _MAX_ENTRIES:
            rva, = struct.unpack_from("<I", self.data, at + name_at)
            if not rva:
                break
            names.append(self._text(rva))
            at += entry
        return names

    def imports(self):
        """DLLs that Windows loads before the first line runs."""
        return self._names(_IMPORT, 20, 12)

    def delayed(self):
        """DLLs that are loaded with the first call into them."""
        return self._names(_DELAY, 32, 4)

    def exports(self):
        """(name, whether it is data) of what the file offers, sorted."""
        rva, size = self._directories[_EXPORT]
        if not rva:
            return []
        at = self._offset(rva)
        functions, names = struct.unpack_from("<II", self.data, at + 20)
        table, pointers, ordinals = struct.unpack_from("<III", self.data, at + 28)
        if functions > _MAX_ENTRIES or names > _MAX_ENTRIES:
            raise ValueError("a table of exports without end")
        table, pointers, ordinals = map(self._offset, (table, pointers, ordinals))
        found = []
        for i in range(names):
            name, = struct.unpack_from("<I", self.data, pointers + 4 * i)
            ordinal, = struct.unpack_from("<H", self.data, ordinals + 2 * i)
            target, = struct.unpack_from("<I", self.data, table + 4 * ordinal)
            if rva <= target < rva + size: # passed on to another DLL
                data = False
            else:
                data = not self._section(target)[3] & _EXECUTABLE
            found.append((self._text(name), data))
        return sorted(found)
