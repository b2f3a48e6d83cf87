package glockenspiel.node.filesystem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The flushes of one epoch of a journal, what a replay of them would write, and checks of every one
 * that comes.
 */
final class MemoryJournal {
  private record Recorded(LogFlush flush, long firstBlock, long headBlock) {}

  private final Geometry geometry;
  private final long length;
  private final List<Recorded> active = new ArrayList<>();
  // All durable images of a block since it was first logged after its last revoke, oldest first. A
  // write of a revoked image may
  // still land, before the block has a new use.
  private final Set<Long> revoked = new LinkedHashSet<>();
  private final Map<Long, List<ByteBuffer>> images = new LinkedHashMap<>();
  private TreeMap<Long, ByteBuffer> replay = new TreeMap<>();
  private long headBlock;
  private int flushes;
  private int newestFlags;

  MemoryJournal(Geometry geometry, long length, long headBlock) {
    this.geometry = geometry;
    this.length = length;
    this.headBlock = headBlock;
  }

  /** How many blocks a flush takes. */
  private long size(LogFlush flush) {
    return geometry.flushBlocks(
        flush.metadata().size(), flush.journaledData().size(), flush.revokes().size());
  }

  private long used() {
    return active.isEmpty()
        ? 1
        : Math.floorMod(headBlock - active.getFirst().firstBlock(), length) + 1;
  }

  /** Where the flush comes to lie; refuses it when it does not fit. */
  Appended place(LogFlush flush, long sequence) {
    if (used() + size(flush) > length) {
      throw new StorageException(StorageException.Reason.JOURNAL_FULL, "used " + used());
    }
    long first = (headBlock + 1) % length;
    return new Appended(sequence, first, (first + size(flush) - 1) % length);
  }

  /** The flush is durable. */
  void append(LogFlush flush, Appended at, VolumeImage device) {
    flushes++;
    newestFlags = flush.flags();
    checkDisjoint(flush);
    checkTail(flush, device);
    revoked.addAll(flush.revokes());
    for (BlockImage image : concat(flush)) {
      if (revoked.remove(image.block())) {
        images.remove(image.block());
      }
      images.computeIfAbsent(image.block(), ignored -> new ArrayList<>()).add(image.content());
    }
    active.add(new Recorded(flush, at.firstBlock(), at.headBlock()));
    headBlock = at.headBlock();
    while (flush.tail() != -1
        ? active.getFirst().firstBlock() != flush.tail()
        : active.size() > 1) {
      active.removeFirst();
      assertFalse(active.isEmpty(), "the tail is no flush's beginning");
    }
    replay = computeReplay();
  }

  private static List<BlockImage> concat(LogFlush flush) {
    List<BlockImage> all = new ArrayList<>(flush.metadata());
    all.addAll(flush.journaledData());
    return all;
  }

  private static void checkDisjoint(LogFlush flush) {
    Set<Long> seen = new LinkedHashSet<>();
    for (BlockImage image : concat(flush)) {
      assertTrue(seen.add(image.block()), "one image of a block");
    }
    for (long revoke : flush.revokes()) {
      assertTrue(seen.add(revoke), "no revoke beside an image, and each once");
    }
  }

  /** Everything before the tail is in place. */
  private void checkTail(LogFlush flush, VolumeImage device) {
    Set<Long> newer = new LinkedHashSet<>(flush.revokes());
    for (int i = active.size() - 1; i >= 0; i--) {
      Recorded recorded = active.get(i);
      boolean passed = flush.tail() == -1 || isBefore(i, flush.tail());
      for (BlockImage image : concat(recorded.flush())) {
        if (newer.add(image.block()) && passed) {
          assertEquals(
              image.content().clear(),
              device.get(image.block()),
              "block " + image.block() + " before the tail is in place");
        }
      }
      newer.addAll(recorded.flush().revokes());
    }
  }

  private boolean isBefore(int index, long tail) {
    for (int i = 0; i <= index; i++) {
      if (active.get(i).firstBlock() == tail) {
        return false;
      }
    }
    return true;
  }

  private TreeMap<Long, ByteBuffer> computeReplay() {
    TreeMap<Long, ByteBuffer> written = new TreeMap<>();
    for (Recorded recorded : active) {
      for (BlockImage image : concat(recorded.flush())) {
        written.put(image.block(), image.content());
      }
      recorded.flush().revokes().forEach(written::remove);
    }
    return written;
  }

  /** What a replay would write. */
  TreeMap<Long, ByteBuffer> replay() {
    return replay;
  }

  /**
   * Rule 5: metadata is written in place only as the journal has it, and nothing else where a
   * replay would write.
   */
  void checkInPlace(BlockImage image, VolumeImage device) {
    List<ByteBuffer> durable = images.getOrDefault(image.block(), List.of());
    int at = indexOf(durable, image.content());
    if (MetaHeader.hasMagic(image.content()) || replay.containsKey(image.block())) {
      assertTrue(at >= 0, "rule 5: block " + image.block() + " is written before it is durable");
      // The same content may come again, so the device is taken to have the first of them.
      int before = firstIndexOf(durable, device.get(image.block()));
      assertTrue(
          before <= at, "an older image of block " + image.block() + " overtakes a newer one");
    } else if (at < 0) {
      // The block has a new use: nothing of the old one may land any more.
      images.remove(image.block());
    }
  }

  private static int indexOf(List<ByteBuffer> all, @Nullable ByteBuffer wanted) {
    assertNotNull(wanted);
    for (int i = all.size() - 1; i >= 0; i--) {
      if (all.get(i).duplicate().clear().equals(wanted.duplicate().clear())) {
        return i;
      }
    }
    return -1;
  }

  private static int firstIndexOf(List<ByteBuffer> all, ByteBuffer wanted) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).duplicate().clear().equals(wanted)) {
        return i;
      }
    }
    return -1;
  }

  int flushes() {
    return flushes;
  }

  /** Flags of the newest header. */
  int newestFlags() {
    return newestFlags;
  }
}
