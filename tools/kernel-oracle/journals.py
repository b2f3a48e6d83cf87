"""What a replay did to an image, as the kernel says it, as glock says it, and as the bytes show it."""

import hashlib
import re
import struct

def is_replay_header(block):
    """A log header with the flags UNMOUNT and RECOVERY: its time, and so its CRC, are the replayer's own."""
    magic, kind = struct.unpack_from(">II", block)
    return magic == 0x01161970 and kind == 8 and struct.unpack_from(">I", block, 32)[0] == 0x21


def block_size(file):
    file.seek(65536 + 36)
    size = struct.unpack(">I", file.read(4))[0]
    file.seek(0)
    return size if size in (512, 1024, 2048, 4096) else 4096


def differing_blocks(one, other):
    """Numbers of the blocks in which two images differ, clean headers' times aside."""
    with open(one, "rb") as a, open(other, "rb") as b:
        size = block_size(a)
        found = []
        base = 0
        while True:
            x, y = a.read(1 << 20), b.read(1 << 20)
            if not x and not y:
                return found
            if x != y:
                for at in range(0, max(len(x), len(y)), size):
                    p, q = x[at : at + size], y[at : at + size]
                    if p == q:
                        continue
                    if len(p) == len(q) == size and is_replay_header(p) and is_replay_header(q):
                        if p[:48] == q[:48] and p[64:] == q[64:]:
                            continue
                    found.append((base + at) // size)
            base += 1 << 20


def facts_of_kernel(words):
    """By jid: the counts, or 'clean', or why not; and whether the mount succeeded."""
    facts = {}
    for line in words:
        jid = re.search(r"jid=(\d+): ", line)
        jid = int(jid.group(1)) if jid else None
        if "Looking at journal" in line:
            facts[jid] = {"state": "failed"}
        elif m := re.search(r"Replayed (\d+) of (\d+) blocks", line):
            facts[jid].update(replayed=int(m.group(1)), found=int(m.group(2)))
        elif m := re.search(r"Found (\d+) revoke tags", line):
            facts[jid].update(revokes=int(m.group(1)))
        elif re.search(r"jid=\d+: Done", line):
            facts[jid]["state"] = "replayed" if "found" in facts[jid] else "clean"
    return facts


def facts_of_glock(answer):
    facts = {}
    for journal in answer.get("journals", []):
        jid = journal["jid"]
        if journal["problem"]:
            facts[jid] = {"state": "refused", "problem": journal["problem"]}
        else:
            facts[jid] = {
                "replayed": journal["blocksReplayed"] + journal["dataBlocksReplayed"],
                "found": journal["blocksFound"] + journal["dataBlocksFound"],
                "revokes": journal["revokesFound"],
            }
    return facts


def kernels_reason(words):
    signs = ("fatal", "function", "rror", "GUEST", "Magic", "BUG", "Failed", "beyond", "bh =", "consist")
    return "kernel: " + " / ".join(re.sub(r"^.*?fsid=\S+ ", "", w).strip() for w in words if any(s in w for s in signs))[:400]


def digest_of_changes(before, after):
    """How many blocks a replay changed, and a hash over them; the time and CRC of its clean header count as zero."""
    changed = differing_blocks(before, after)
    hashed = hashlib.sha256()
    with open(after, "rb") as file:
        size = block_size(file)
        for number in changed:
            file.seek(number * size)
            block = bytearray(file.read(size))
            if is_replay_header(block):
                block[48:64] = bytes(16)
            hashed.update(struct.pack(">Q", number) + block)
    return len(changed), hashed.hexdigest()
