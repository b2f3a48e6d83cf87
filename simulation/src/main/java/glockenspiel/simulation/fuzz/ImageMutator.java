package glockenspiel.simulation.fuzz;

import glockenspiel.journal.device.MemoryDisk;
import glockenspiel.ondisk.Checksums;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.ondisk.log.SealedHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Changes an image where it hurts. It knows where metadata lies and of which type, aims at the
 * fields that count, writes numbers that mean something somewhere else in the image, and makes the
 * checksums of log headers and resource groups fit what is there then.
 */
final class ImageMutator {
  private static final int RESOURCE_GROUP_CRC_AT = 64;

  /** Where the fields of log descriptors, dinodes and the like are. */
  private static final int FIELDS_END = 256;

  private static final int FIRST_TAG_AT = 72;

  private final MemoryDisk disk;
  private final int blockSize;
  private final SplittableRandom random;
  private final Map<MetaType, List<Long>> blocks = new EnumMap<>(MetaType.class);
  private final List<MetaType> types;
  private final List<String> changes = new ArrayList<>();

  /**
   * A mutator of a disk that holds a sound image.
   *
   * @param disk is changed
   */
  ImageMutator(MemoryDisk disk, Geometry geometry, SplittableRandom random) {
    this.disk = disk;
    this.blockSize = geometry.blockSize();
    this.random = random;
    for (long block = geometry.superblockBlock(); block < disk.size() / blockSize; block++) {
      MetaType type = MetaHeader.type(read(block));
      if (type != null) {
        blocks.computeIfAbsent(type, each -> new ArrayList<>()).add(block);
      }
    }
    this.types = List.copyOf(blocks.keySet());
  }

  /** What was changed, in words. */
  List<String> changes() {
    return changes;
  }

  /** Makes one change. */
  void change() {
    // Each type as often as any other: most blocks are log headers that nobody will ever look at.
    MetaType type = types.get(random.nextInt(types.size()));
    long block = any(type);
    ByteBuffer content = read(block);
    String what =
        switch (random.nextInt(12)) {
          case 0 -> becomeAnother(content, any(type));
          case 1 -> becomeAnother(content, any(types.get(random.nextInt(types.size()))));
          case 2 -> flipBit(content, random.nextInt(blockSize));
          case 3 -> zero(content);
          default -> changeField(type, content);
        };
    boolean sealed = random.nextInt(4) != 0;
    if (sealed) {
      seal(content);
    }
    byte[] changed = new byte[blockSize];
    content.get(0, changed);
    disk.overwrite(block * blockSize, changed);
    changes.add(
        "%s 0x%x: %s%s".formatted(type.structure(), block, what, sealed ? "" : ", not sealed"));
  }

  private long any(MetaType type) {
    List<Long> all = blocks.getOrDefault(type, List.of());
    return all.get(random.nextInt(all.size()));
  }

  private ByteBuffer read(long block) {
    return ByteBuffer.wrap(disk.bytes(block * blockSize, blockSize));
  }

  private String becomeAnother(ByteBuffer content, long other) {
    content.put(0, read(other), 0, blockSize);
    return "a copy of block 0x" + Long.toHexString(other);
  }

  private String flipBit(ByteBuffer content, int at) {
    content.put(at, (byte) (content.get(at) ^ 1 << random.nextInt(Byte.SIZE)));
    return "bit of byte " + at;
  }

  private static String zero(ByteBuffer content) {
    while (content.hasRemaining()) {
      content.put((byte) 0);
    }
    content.rewind();
    return "zeros";
  }

  private String changeField(MetaType type, ByteBuffer content) {
    int width = width(type);
    int at = place(type, width);
    long old = get(content, at, width);
    long value =
        switch (random.nextInt(7)) {
          case 0 -> old + random.nextInt(5) - 2;
          case 1 -> random.nextInt(100);
          case 2 -> -1;
          case 3 -> random.nextLong() >>> random.nextInt(Long.SIZE);
          case 4 -> random.nextLong(disk.size() / blockSize + 2);
          default -> any(types.get(random.nextInt(types.size())));
        };
    put(content, at, width, value);
    return "%d bytes at %d from 0x%x to 0x%x".formatted(width, at, old, get(content, at, width));
  }

  private int width(MetaType type) {
    return switch (type) {
      case INDIRECT, LOG_BLOCK -> Long.BYTES;
      case BITMAP -> 1;
      case LEAF -> 1 << random.nextInt(4);
      default -> 2 << random.nextInt(3);
    };
  }

  /** Behind the metadata header nearly always, and in the first fields more often than not. */
  private int place(MetaType type, int width) {
    int from =
        switch (type) {
          case LOG_DESCRIPTOR -> random.nextBoolean() ? MetaHeader.BYTES : FIRST_TAG_AT;
          default -> random.nextInt(16) == 0 ? 0 : MetaHeader.BYTES;
        };
    int span = random.nextInt(4) == 0 ? blockSize : Math.min(FIELDS_END, blockSize);
    if (type == MetaType.LOG_DESCRIPTOR && from == MetaHeader.BYTES) {
      span = FIRST_TAG_AT;
    }
    return (from + random.nextInt(span - from - width + 1)) & -width;
  }

  private static long get(ByteBuffer content, int at, int width) {
    return switch (width) {
      case 1 -> content.get(at);
      case 2 -> content.getShort(at);
      case 4 -> content.getInt(at);
      default -> content.getLong(at);
    };
  }

  private static void put(ByteBuffer content, int at, int width, long value) {
    var _ =
        switch (width) {
          case 1 -> content.put(at, (byte) value);
          case 2 -> content.putShort(at, (short) value);
          case 4 -> content.putInt(at, (int) value);
          default -> content.putLong(at, value);
        };
  }

  /** Makes checksums fit what is in the block; or a header's promise that a flush is whole. */
  private void seal(ByteBuffer content) {
    MetaType type = MetaHeader.type(content);
    if (type == MetaType.LOG_HEADER && random.nextInt(8) == 0) {
      new SealedHeader(LogHeader.read(content), random.nextInt(8), random.nextInt(2))
          .write(content);
    } else if (type == MetaType.LOG_HEADER) {
      LogHeader.mend(content);
    } else if (type == MetaType.RESOURCE_GROUP) {
      content.putInt(
          RESOURCE_GROUP_CRC_AT,
          Checksums.crc32WithZeroInt(
              content, 0, Geometry.RESOURCE_GROUP_HEADER_BYTES, RESOURCE_GROUP_CRC_AT));
    }
  }
}
