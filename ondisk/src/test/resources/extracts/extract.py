#!/usr/bin/env python3
"""Takes blocks out of a GFS2 image, for tests that must not need the image.

extract.py meta IMAGE OUT       every metadata block outside the journals, and the data of rindex
extract.py journals IMAGE OUT   superblock, master directory, jindex, and the journals' dinodes and indirect blocks
extract.py log IMAGE OUT JID FROM TO   log headers, descriptors and revokes of a journal's positions FROM..TO,
                                and the first JDATA images

OUT is a gzip of big-endian numbers: u32 block size, u64 blocks of the image, u32 count, then count times u64 block
number and the block. In a log extract the block numbers are positions in the journal.
"""
import gzip
import struct
import sys

MAGIC = 0x01161970
DINODE, INDIRECT, LOG_HEADER, LOG_DESCRIPTOR, LOG_BLOCK = 4, 5, 8, 9, 12
JDATA = 302


class Image:
    def __init__(self, path):
        self.data = open(path, "rb").read()
        self.bsize = struct.unpack_from(">I", self.data, 65536 + 36)[0]
        self.count = len(self.data) // self.bsize

    def block(self, n):
        return self.data[n * self.bsize : (n + 1) * self.bsize]

    def type(self, n):
        magic, kind = struct.unpack_from(">II", self.data, n * self.bsize)
        return kind if magic == MAGIC else None

    def tree(self, dinode):
        """Data blocks of an inode, in order."""
        height = struct.unpack_from(">H", self.block(dinode), 138)[0]
        level = [(dinode, 232)]
        for _ in range(height):
            level = [
                (p, 24)
                for n, header in level
                for (p,) in struct.iter_unpack(">Q", self.block(n)[header : header + (self.bsize - header) // 8 * 8])
                if p
            ]
        return [n for n, _ in level]

    def entries(self, directory):
        """Entries of any directory: hashed ones through all leaves that name it."""
        block = self.block(directory)
        if struct.unpack_from(">I", block, 128)[0] & 2:
            parts = [
                (self.block(n), 104)
                for n in range(self.count)
                if self.type(n) == 6 and struct.unpack_from(">Q", self.block(n), 40)[0] == directory
            ]
        else:
            parts = [(block, 232)]
        for block, at in parts:
            while at < self.bsize:
                _, address, _, record, length = struct.unpack_from(">QQIHH", block, at)
                if address:
                    yield block[at + 40 : at + 40 + length].decode(), address
                at += record

    def journals(self):
        master = struct.unpack_from(">Q", self.data, 65536 + 56)[0]
        jindex = dict(self.entries(master))["jindex"]
        names = {k: v for k, v in self.entries(jindex) if k.startswith("journal")}
        return [self.tree(names["journal%d" % jid]) for jid in range(len(names))]


def write(path, image, blocks):
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        out.write(struct.pack(">IQI", image.bsize, image.count, len(blocks)))
        for number, content in blocks:
            out.write(struct.pack(">Q", number) + content)


def meta(image, out):
    inside = {n for journal in image.journals() for n in journal}
    numbers = [
        n
        for n in range(65536 // image.bsize, image.count)
        if n not in inside and image.type(n) not in (None, LOG_HEADER, LOG_DESCRIPTOR, LOG_BLOCK)
    ]
    # Dinodes that are copies, or were freed and written again as data, do not name themselves.
    numbers = [
        n for n in numbers if image.type(n) != DINODE or struct.unpack_from(">Q", image.block(n), 32)[0] == n
    ]
    master = struct.unpack_from(">Q", image.data, 65536 + 56)[0]
    rindex = dict(image.entries(master))["rindex"]
    numbers = sorted({*numbers, *image.tree(rindex)})
    write(out, image, [(n, image.block(n)) for n in numbers])


def journals(image, out):
    master = struct.unpack_from(">Q", image.data, 65536 + 56)[0]
    jindex = dict(image.entries(master))["jindex"]
    numbers = {65536 // image.bsize, master, jindex}
    for name, journal in image.entries(jindex):
        numbers.add(journal)
        if name.startswith("journal"):
            for n in (p for (p,) in struct.iter_unpack(">Q", image.block(journal)[232:]) if p):
                if image.type(n) == INDIRECT:
                    numbers.add(n)
    write(out, image, [(n, image.block(n)) for n in sorted(numbers)])


def log(image, out, jid, first, last):
    journal = image.journals()[jid]
    positions = []
    for position in range(first, last + 1):
        kind = image.type(journal[position])
        if kind in (LOG_HEADER, LOG_DESCRIPTOR, LOG_BLOCK):
            positions.append(position)
            if struct.unpack_from(">I", image.block(journal[position]), 24)[0] == JDATA and kind == LOG_DESCRIPTOR:
                positions += [position + 1, position + 2]
    write(out, image, [(p, image.block(journal[p])) for p in dict.fromkeys(positions)])


if __name__ == "__main__":
    image = Image(sys.argv[2])
    if sys.argv[1] == "meta":
        meta(image, sys.argv[3])
    elif sys.argv[1] == "journals":
        journals(image, sys.argv[3])
    else:
        log(image, sys.argv[3], *(int(a, 0) for a in sys.argv[4:]))
