package glockenspiel.node.app;

import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.protocol.storage.VolumeInfo;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;

/** The blocks of an image, and its one journal's life without its content. */
final class MemoryVolume {
  static final int BLOCK_SIZE = 4096;
  static final int JOURNAL_BLOCKS = 2048;

  private static final long IMAGE_BLOCKS = (100 << 20) / BLOCK_SIZE;

  /** Told of every change; gone when it returns false. */
  interface Watcher {
    boolean changed(JournalCheck check);
  }

  private final Map<Long, byte[]> blocks = new ConcurrentHashMap<>();
  private final List<Watcher> watchers = new ArrayList<>();
  private long epoch;
  private boolean open;
  private boolean dirty;
  private int head;
  private long sequence = 1;

  /** What {@code mkfs.gfs2 -p lock_dlm -t demo:fs -j 2} makes of 100 MiB. */
  static MemoryVolume empty() throws IOException {
    MemoryVolume volume = new MemoryVolume();
    try (InputStream resource =
        MemoryVolume.class.getResourceAsStream("/images/empty-" + BLOCK_SIZE + ".img.gz")) {
      if (resource == null) {
        throw new IOException("no image");
      }
      DataInputStream in = new DataInputStream(new GZIPInputStream(resource, 1 << 16));
      for (long number = 0; ; number++) {
        byte[] block = new byte[BLOCK_SIZE];
        in.readFully(block);
        volume.blocks.put(number, block);
      }
    } catch (EOFException end) {
      return volume;
    }
  }

  VolumeInfo info() {
    return new VolumeInfo("demo:fs", BLOCK_SIZE, IMAGE_BLOCKS, 2);
  }

  ByteBuffer read(long block) {
    return ByteBuffer.wrap(blocks.getOrDefault(block, new byte[BLOCK_SIZE]));
  }

  synchronized void write(long writerEpoch, long block, ByteBuffer content) {
    requireOpen(writerEpoch);
    byte[] copy = new byte[BLOCK_SIZE];
    content.get(content.position(), copy);
    blocks.put(block, copy);
  }

  /** The block has something else in it than anybody wrote. */
  void spoil(long block) {
    byte[] nonsense = new byte[BLOCK_SIZE];
    Arrays.fill(nonsense, (byte) 0x5a);
    blocks.put(block, nonsense);
  }

  private void requireOpen(long writerEpoch) {
    if (!open || writerEpoch != epoch) {
      throw new StorageException(Reason.STALE_EPOCH, "epoch " + writerEpoch + " is not open");
    }
  }

  synchronized long openJournal() {
    if (dirty) {
      throw new StorageException(Reason.JOURNAL_DIRTY, "journal 0 is dirty");
    }
    open = true;
    changed(++epoch);
    return epoch;
  }

  synchronized int head() {
    return head;
  }

  /** Moves the head behind a flush of so many blocks; returns where the flush begins. */
  synchronized int append(long writerEpoch, int count) {
    requireOpen(writerEpoch);
    int first = (head + 1) % JOURNAL_BLOCKS;
    head = (head + count + 2) % JOURNAL_BLOCKS;
    sequence++;
    dirty = true;
    return first;
  }

  /** An orderly unmount. */
  synchronized void closeJournal(long writerEpoch) {
    requireOpen(writerEpoch);
    open = false;
    dirty = false;
    changed(epoch);
  }

  synchronized void fence(long fenced) {
    if (fenced == epoch) {
      open = false;
      changed(epoch);
    }
  }

  /** Returns whether it was dirty. */
  synchronized boolean replay() {
    boolean replayed = dirty;
    open = false;
    dirty = false;
    changed(epoch);
    return replayed;
  }

  synchronized JournalCheck check(int jid) {
    boolean own = jid == 0;
    return new JournalCheck(
        jid,
        own && dirty ? JournalState.DIRTY : JournalState.CLEAN,
        own ? epoch : 0,
        own && open,
        !(own && open),
        own ? head : 0,
        sequence,
        0,
        JOURNAL_BLOCKS,
        "");
  }

  synchronized void watch(Watcher watcher) {
    if (watcher.changed(check(0))) {
      watchers.add(watcher);
    }
  }

  private void changed(long atEpoch) {
    JournalCheck check = check(0);
    for (Iterator<Watcher> all = watchers.iterator(); all.hasNext(); ) {
      if (!all.next().changed(check) || atEpoch < 0) {
        all.remove();
      }
    }
  }
}
