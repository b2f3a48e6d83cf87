"""Damaged images as text: a known image, what is changed in it, and what the kernel makes of that.

    case NAME BASE          BASE is a folder with before.img.xz
    set 0x681+44 0badcafe   these bytes, at a byte of a block of the volume
    copy 0x18 0x681         a whole block, from another
    zero 0x682 10           whole blocks
    seal 0x681              a log header's hash and CRC made right again
    v1 0x18 2048            the log headers among these blocks become those of version 1
    size 4194304            the image is cut, or grows by zeros, to so many bytes
    kernel ...              written by kernel-oracle decide
"""

import lzma
import os
import re
import struct
import zlib

from journals import digest_of_changes, facts_of_kernel, kernels_reason

MAGIC = 0x01161970
LOG_HEADER = 8
CASTAGNOLI = []
for _byte in range(256):
    for _ in range(8):
        _byte = (_byte >> 1) ^ 0x82F63B78 if _byte & 1 else _byte >> 1
    CASTAGNOLI.append(_byte)


class Case:
    def __init__(self, name, base):
        self.name = name
        self.base = base
        self.changes = []
        self.verdict = []


def crc32c_uncomplemented(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CASTAGNOLI[(crc ^ byte) & 255] ^ (crc >> 8)
    return crc


def parse(text):
    found = []
    for line in text.splitlines():
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if words[0] == "case":
            found.append(Case(words[1], words[2]))
        elif words[0] not in ("kernel", "ours"):
            found[-1].changes.append(words)
    return found


def build(case, bases, target):
    with lzma.open(os.path.join(bases, case.base, "before.img.xz")) as base:
        image = bytearray(base.read())
    size = struct.unpack_from(">I", image, 65536 + 36)[0]
    for words in case.changes:
        change(image, size, words)
    with open(target, "wb") as out:
        out.write(image)


def change(image, size, words):
    if words[0] == "set":
        block, offset = words[1].split("+")
        at = int(block, 16) * size + int(offset)
        data = bytes.fromhex(words[2])
        image[at : at + len(data)] = data
    elif words[0] == "copy":
        to, source = int(words[1], 16) * size, int(words[2], 16) * size
        image[to : to + size] = image[source : source + size]
    elif words[0] == "zero":
        first, count = int(words[1], 16) * size, int(words[2]) * size
        image[first : first + count] = bytes(count)
    elif words[0] == "seal":
        seal(image, int(words[1], 16) * size, size)
    elif words[0] == "v1":
        for block in range(int(words[1], 16), int(words[1], 16) + int(words[2])):
            if struct.unpack_from(">II", image, block * size) == (MAGIC, LOG_HEADER):
                image[block * size + 48 : (block + 1) * size] = bytes(size - 48)
                put_hash(image, block * size)
    elif words[0] == "size":
        new = int(words[1])
        del image[new:]
        image.extend(bytes(new - len(image)))
    else:
        raise ValueError("unknown change: " + " ".join(words))


def put_hash(image, at):
    struct.pack_into(">I", image, at + 44, zlib.crc32(bytes(image[at : at + 44]) + bytes(4)))


def seal(image, at, size):
    put_hash(image, at)
    struct.pack_into(">I", image, at + 48, crc32c_uncomplemented(image[at + 52 : at + size]))


def verdict(before, after, words):
    """The lines that say what the kernel did."""
    facts = facts_of_kernel(words)
    lines = []
    for jid, fact in facts.items():
        if "found" in fact and "revokes" in fact:
            lines.append(f"kernel journal {jid} replayed {fact['replayed']} of {fact['found']} revokes {fact['revokes']}")
        elif fact["state"] == "clean":
            lines.append(f"kernel journal {jid} clean")
    if "MOUNT rc=0" in words:
        count, digest = digest_of_changes(before, after)
        return lines + [f"kernel changed {count} {digest}"]
    reason = re.sub(r"\[ *[0-9.]+\] *", "", kernels_reason(words).removeprefix("kernel: "))
    return [f"kernel refuses {reason or 'the superblock'}"]


def with_verdicts(text, parsed):
    verdicts = {case.name: case.verdict for case in parsed}
    out = []
    name = None
    for line in text.splitlines():
        if line.startswith("kernel "):
            continue
        if name and not line.strip():
            out += verdicts.pop(name, [])
            name = None
        if line.startswith("case "):
            name = line.split()[1]
        out.append(line)
    if name:
        out += verdicts.pop(name, [])
    return "\n".join(out) + "\n"
