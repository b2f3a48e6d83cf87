package glockenspiel.cli.workload;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Content that says whose it is. Files of the workload are made of sectors; each tells run, file,
 * place and version, and the rest of it follows from these:
 *
 * <pre>
 *    0   8  the run
 *    8   8  the file: an inode of the run, whatever its names
 *   16   8  which sector of the file
 *   24   8  version: grows with every write to the file
 *   32   8  check of the above
 *   40 472  bytes that follow from the check
 * </pre>
 *
 * <p>So a sector that was lost, came from another file, another place or another time, is known at
 * sight. A sector of zeros is a hole.
 *
 * @param run identifies the run
 */
record Sectors(long run) {
  /** Bytes of a sector. */
  static final int BYTES = 512;

  /** The version of a hole. */
  static final long HOLE = 0;

  private static final int WORDS = BYTES / Long.BYTES;
  private static final int HEAD_WORDS = 5;
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /** Sectors of a file, to be written at {@code first * BYTES}. */
  ByteBuffer make(long file, long first, int count, long version) {
    ByteBuffer content = ByteBuffer.allocate(count * BYTES);
    for (int index = 0; index < count; index++) {
      long check = check(file, first + index, version);
      content.putLong(run).putLong(file).putLong(first + index).putLong(version).putLong(check);
      for (int word = HEAD_WORDS; word < WORDS; word++) {
        content.putLong(filler(check, word));
      }
    }
    return content.flip();
  }

  /**
   * The versions of the sectors that were read.
   *
   * @param first number of the first sector
   * @param content whole sectors
   * @throws BadContent when a sector is not this file's, or not whole
   */
  long[] read(String path, long file, long first, ByteBuffer content) {
    if (content.remaining() % BYTES != 0) {
      throw new BadContent(path + ": " + content.remaining() + " bytes are not whole sectors");
    }
    long[] versions = new long[content.remaining() / BYTES];
    for (int index = 0; index < versions.length; index++) {
      ByteBuffer sector = content.slice(content.position() + index * BYTES, BYTES);
      versions[index] = readOne(path, file, first + index, sector);
    }
    return versions;
  }

  private long readOne(String path, long file, long number, ByteBuffer sector) {
    if (isZero(sector)) {
      return HOLE;
    }
    long version = sector.getLong(24);
    long check = check(file, number, version);
    if (sector.getLong(0) != run
        || sector.getLong(8) != file
        || sector.getLong(16) != number
        || sector.getLong(32) != check) {
      throw new BadContent(
          "%s sector %d: holds run %x file %x sector %d version %d, should be run %x file %x"
              .formatted(
                  path,
                  number,
                  sector.getLong(0),
                  sector.getLong(8),
                  sector.getLong(16),
                  version,
                  run,
                  file));
    }
    for (int word = HEAD_WORDS; word < WORDS; word++) {
      if (sector.getLong(word * Long.BYTES) != filler(check, word)) {
        throw new BadContent(
            "%s sector %d version %d: torn at byte %d"
                .formatted(path, number, version, word * Long.BYTES));
      }
    }
    return version;
  }

  private static boolean isZero(ByteBuffer sector) {
    for (int word = 0; word < WORDS; word++) {
      if (sector.getLong(word * Long.BYTES) != 0) {
        return false;
      }
    }
    return true;
  }

  private long check(long file, long number, long version) {
    return mix(mix(mix(run ^ GOLDEN) ^ file) ^ mix(number + GOLDEN) ^ version * GOLDEN) | 1;
  }

  private static long filler(long check, int word) {
    return mix(check + word * GOLDEN);
  }

  /** SplitMix64's finalizer. */
  private static long mix(long value) {
    long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }

  /** How many of these versions are not holes. */
  static long written(long[] versions) {
    return Arrays.stream(versions).filter(version -> version != HOLE).count();
  }

  /** What was read cannot have been written there. */
  static final class BadContent extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadContent(String message) {
      super(message);
    }
  }
}
