package glockenspiel.journal.device;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * What a disk holds, in memory, and what a crash leaves of it. It is honest: a sector (512 bytes)
 * that was written but not synced is, after a crash, what it was at the last sync or any later
 * version of it, each sector for itself, as the given random numbers decide. It outlives the
 * devices that are opened on it; only the newest of these reaches it.
 */
public final class MemoryDisk {
  private static final int SECTOR = 512;
  private static final int PAGE = 1 << 16;

  private final long size;
  private final byte[][] pages;

  /** Per sector that was written since the last sync: all its versions but the present one. */
  private final TreeMap<Long, List<byte[]>> unsynced = new TreeMap<>();

  private int connection;

  /**
   * A disk of zeros.
   *
   * @param size bytes, a multiple of 512
   */
  public MemoryDisk(long size) {
    if (size < 0 || size % SECTOR != 0) {
      throw new IllegalArgumentException("size " + size + ": expected a multiple of " + SECTOR);
    }
    this.size = size;
    this.pages = new byte[Math.toIntExact((size + PAGE - 1) / PAGE)][];
  }

  /** A disk that holds a copy of these bytes, durable. */
  public static MemoryDisk of(byte[] content) {
    MemoryDisk disk = new MemoryDisk(content.length);
    disk.overwrite(0, content);
    return disk;
  }

  /**
   * A disk of its own that holds the same, durable. Costs memory only for what is not zero since
   * the beginning.
   *
   * @param newSize bytes, a multiple of 512; the end is cut off, or zeros follow
   */
  public MemoryDisk copy(long newSize) {
    MemoryDisk copy = new MemoryDisk(newSize);
    for (int index = 0; index < Math.min(pages.length, copy.pages.length); index++) {
      byte[] page = pages[index];
      if (page != null) {
        copy.pages[index] = page.clone();
      }
    }
    int inLast = (int) (newSize % PAGE);
    if (inLast > 0 && copy.pages[copy.pages.length - 1] != null) {
      Arrays.fill(copy.pages[copy.pages.length - 1], inLast, PAGE, (byte) 0);
    }
    return copy;
  }

  /** Bytes. */
  public long size() {
    return size;
  }

  /** Loses, keeps or tears what was not synced, and cuts off the device that was opened last. */
  public void crash(RandomGenerator random) {
    connection++;
    unsynced.forEach(
        (sector, versions) -> {
          int survivor = random.nextInt(versions.size() + 1);
          if (survivor < versions.size()) {
            raw(sector * SECTOR, ByteBuffer.wrap(versions.get(survivor)));
          }
        });
    unsynced.clear();
  }

  /** A copy of bytes as a read sees them now. */
  public byte[] bytes(long offset, int length) {
    byte[] copy = new byte[length];
    int done = 0;
    while (done < length) {
      long at = offset + done;
      int inPage = (int) (at % PAGE);
      int part = Math.min(length - done, PAGE - inPage);
      byte[] page = pages[(int) (at / PAGE)];
      if (page != null) {
        System.arraycopy(page, inPage, copy, done, part);
      }
      done += part;
    }
    return copy;
  }

  /** Changes the disk behind everybody's back; durable at once. For damaging images. */
  public void overwrite(long offset, byte[] bytes) {
    raw(offset, ByteBuffer.wrap(bytes));
  }

  /** A new device's number; the one before is cut off. */
  int connect() {
    return ++connection;
  }

  boolean isConnected(int number) {
    return connection == number;
  }

  void put(long offset, ByteBuffer bytes) {
    long first = offset / SECTOR;
    long last = (offset + bytes.remaining() - 1) / SECTOR;
    for (long sector = first; sector <= last; sector++) {
      unsynced
          .computeIfAbsent(sector, ignored -> new ArrayList<>(1))
          .add(bytes(sector * SECTOR, SECTOR));
    }
    raw(offset, bytes);
  }

  void sync() {
    unsynced.clear();
  }

  private void raw(long offset, ByteBuffer bytes) {
    ByteBuffer from = bytes.duplicate();
    long at = offset;
    while (from.hasRemaining()) {
      int inPage = (int) (at % PAGE);
      int part = Math.min(from.remaining(), PAGE - inPage);
      int index = (int) (at / PAGE);
      byte[] page = pages[index];
      if (page == null) {
        page = new byte[PAGE];
        pages[index] = page;
      }
      from.get(page, inPage, part);
      at += part;
    }
  }
}
