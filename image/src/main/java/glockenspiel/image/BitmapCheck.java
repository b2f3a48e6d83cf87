package glockenspiel.image;

import static glockenspiel.image.ProblemLog.hex;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.ondisk.resourcegroup.Bitmap;
import glockenspiel.ondisk.resourcegroup.BlockState;
import glockenspiel.ondisk.resourcegroup.ResourceGroupHeader;
import glockenspiel.ondisk.resourcegroup.ResourceIndexEntry;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks the resource groups: their headers, the numbers in them, and every block's state against
 * what the walk has found. Reads one group's bitmap at a time.
 */
final class BitmapCheck {
  private static final String BITMAP = "rgrp bitmap";
  private static final String HEADER = "rgrp";

  /** A group's blocks as read. */
  @SuppressWarnings("ArrayRecordComponent")
  private record OnDisk(Bitmap bitmap, ByteBuffer[] blocks) {}

  private final VolumeReader volume;
  private final ClaimedBlocks claims;
  private final ProblemLog log;
  private long total;
  private long free;
  private long dinodes;
  private long unlinked;

  BitmapCheck(VolumeReader volume, ClaimedBlocks claims, ProblemLog log) {
    this.volume = volume;
    this.claims = claims;
    this.log = log;
  }

  /** The sums over all groups checked so far: what the master statfs file should say. */
  StatfsChange counted() {
    return new StatfsChange(total, free, dinodes);
  }

  /** Unlinked inodes that wait to be freed. */
  long unlinked() {
    return unlinked;
  }

  /**
   * Looks for dinodes that no directory has. An unlinked one without links is noted: it waits for
   * the file system to free it. All others are problems. The blocks of all of them are claimed.
   */
  void claimUnreached(VolumeWalk walk) {
    for (FoundGroup group : claims.groups()) {
      OnDisk onDisk = read(group, new ProblemLog(0));
      if (onDisk != null) {
        claimUnreached(group, onDisk.bitmap(), BlockState.DINODE, walk);
        claimUnreached(group, onDisk.bitmap(), BlockState.UNLINKED, walk);
      }
    }
  }

  private void claimUnreached(FoundGroup group, Bitmap onDisk, BlockState state, VolumeWalk walk) {
    int at = onDisk.find(state, 0);
    while (at != Bitmap.NONE) {
      long block = onDisk.blockAt(at);
      if (group.state(block) == BlockState.FREE) {
        log.guard(() -> claimUnreached(group, block, state, walk));
      }
      at = onDisk.find(state, at + 1);
    }
  }

  private void claimUnreached(FoundGroup group, long block, BlockState state, VolumeWalk walk) {
    Dinode dinode = volume.inode(block);
    group.set(block, state);
    int links = dinode.links();
    if (state == BlockState.DINODE) {
      log.add(block, "dinode", "entries in directories", 0, "at least 1");
    } else if (links != 0) {
      log.add(block, "dinode", "di_nlink of an unlinked inode", links, "0");
    } else {
      unlinked++;
      log.note("block " + hex(block) + ": unlinked inode, waits to be freed");
    }
    walk.walkUnreached(dinode);
  }

  /** Checks headers, counts and all states. */
  void check() {
    List<FoundGroup> groups = claims.groups();
    for (int number = 0; number < groups.size(); number++) {
      FoundGroup group = groups.get(number);
      total += group.entry().data();
      OnDisk onDisk = read(group, log);
      if (onDisk == null) {
        continue;
      }
      Bitmap bitmap = onDisk.bitmap();
      int freeHere = bitmap.count(BlockState.FREE);
      int dinodesHere = bitmap.count(BlockState.DINODE) + bitmap.count(BlockState.UNLINKED);
      free += freeHere;
      dinodes += dinodesHere;
      long next = number + 1 < groups.size() ? groups.get(number + 1).entry().address() : 0;
      log.guard(() -> checkHeader(group, next, freeHere, dinodesHere));
      compare(group, onDisk);
    }
  }

  private @Nullable OnDisk read(FoundGroup group, ProblemLog into) {
    ResourceIndexEntry entry = group.entry();
    ByteBuffer[] blocks = new ByteBuffer[entry.length()];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = volume.block(entry.address() + i);
    }
    try {
      return new OnDisk(Bitmap.of(entry, volume.geometry(), blocks), blocks);
    } catch (CorruptBlockException damage) {
      into.add(damage);
      return null;
    }
  }

  /**
   * @param next address of the next group, 0 for none
   */
  private void checkHeader(FoundGroup group, long next, int freeCounted, int dinodesCounted) {
    ResourceIndexEntry entry = group.entry();
    long block = entry.address();
    ResourceGroupHeader header = ResourceGroupHeader.of(volume.block(block), entry);
    log.guard(header::checkCrc);
    log.guard(
        () -> {
          if (header.free() != freeCounted) {
            log.add(block, HEADER, "rg_free", header.free(), Integer.toString(freeCounted));
          }
        });
    log.guard(
        () -> {
          if (header.dinodes() != dinodesCounted) {
            log.add(
                block, HEADER, "rg_dinodes", header.dinodes(), Integer.toString(dinodesCounted));
          }
        });
    long skip = Integer.toUnsignedLong(header.skip());
    if (next != 0 && skip != 0 && block + skip != next) {
      log.add(block, HEADER, "rg_skip", skip, Long.toString(next - block));
    }
  }

  /** Reports runs of blocks with the same difference as one, but not across bitmap blocks. */
  private void compare(FoundGroup group, OnDisk onDisk) {
    Bitmap says = onDisk.bitmap();
    Bitmap should = group.bitmap();
    int size = says.size();
    int first = 0;
    for (int number = 0; number < onDisk.blocks().length; number++) {
      int base = number == 0 ? Geometry.RESOURCE_GROUP_HEADER_BYTES : MetaHeader.BYTES;
      int bytes = volume.geometry().blockSize() - base;
      int end = Math.min(size, first + bytes * ResourceIndexEntry.BLOCKS_PER_BYTE);
      ByteBuffer left = onDisk.blocks()[number].slice(base, bytes);
      ByteBuffer right = group.blocks()[number].slice(base, bytes);
      int index = first;
      while (index < end) {
        if ((index - first) % ResourceIndexEntry.BLOCKS_PER_BYTE == 0) {
          int same = mismatch(left, right, (index - first) / ResourceIndexEntry.BLOCKS_PER_BYTE);
          index += same * ResourceIndexEntry.BLOCKS_PER_BYTE;
        }
        if (index < end && says.get(index) != should.get(index)) {
          int run = index + 1;
          while (run < end
              && says.get(run) == says.get(index)
              && should.get(run) == should.get(index)) {
            run++;
          }
          report(group.entry(), number, index, run, says.get(index), should.get(index));
          index = run;
        } else {
          index++;
        }
      }
      first = end;
    }
  }

  /** How many bytes from one on are the same in both. */
  private static int mismatch(ByteBuffer left, ByteBuffer right, int from) {
    int length = left.limit() - from;
    int at = left.slice(from, length).mismatch(right.slice(from, length));
    return at < 0 ? length : at;
  }

  private void report(
      ResourceIndexEntry entry,
      int bitmapBlock,
      int from,
      int to,
      BlockState says,
      BlockState should) {
    String what = "state of block " + hex(entry.data0() + from);
    if (to - from > 1) {
      what = "state of blocks " + hex(entry.data0() + from) + ".." + hex(entry.data0() + to - 1);
    }
    String expected =
        switch (should) {
          case FREE -> "FREE, as nothing points there";
          case USED -> "USED, as an inode has it";
          case UNLINKED -> "UNLINKED, as no directory has the inode";
          case DINODE -> "DINODE, as a directory has the inode";
        };
    log.add(entry.address() + bitmapBlock, BITMAP, what, says.name(), expected);
  }
}
