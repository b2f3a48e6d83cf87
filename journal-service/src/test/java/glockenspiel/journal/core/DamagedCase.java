package glockenspiel.journal.core;

import glockenspiel.journal.device.MemoryDisk;
import glockenspiel.ondisk.log.HeaderValidity;
import glockenspiel.ondisk.log.LogHeader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A damaged image and what the Linux kernel made of it, from {@code damaged-journals.txt}; {@code
 * tools/kernel-oracle/cases.py} says what the lines mean.
 */
final class DamagedCase {
  private static final String FILE = "/damaged-journals.txt";
  private static final int LOG_HEADER_HASH_AT = 44;
  private static final Map<String, MemoryDisk> BASES = new HashMap<>();

  final String name;
  final String base;

  /** The words after {@code kernel}. */
  final List<String> kernel = new ArrayList<>();

  /** The words after {@code ours}, where we do something else on purpose; null elsewhere. */
  @Nullable String ours;

  private final List<String[]> changes = new ArrayList<>();

  private DamagedCase(String name, String base) {
    this.name = name;
    this.base = base;
  }

  /** All of them. */
  static List<DamagedCase> all() {
    List<DamagedCase> cases = new ArrayList<>();
    for (String line : text().split("\n", -1)) {
      String[] words = line.split(" ", 2);
      switch (words[0]) {
        case "", "#" -> {}
        case "case" -> {
          String[] names = words[1].split(" ", -1);
          cases.add(new DamagedCase(names[0], names[1]));
        }
        case "kernel" -> cases.getLast().kernel.add(words[1]);
        case "ours" -> cases.getLast().ours = words[1];
        default -> cases.getLast().changes.add(line.split(" ", -1));
      }
    }
    return cases;
  }

  private static String text() {
    try (InputStream in = DamagedCase.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IOException("no test resource " + FILE);
      }
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  int blockSize() {
    return new KernelCase(base).blockSize();
  }

  /** The image, damaged. */
  MemoryDisk disk() {
    MemoryDisk good = BASES.computeIfAbsent(base, name -> new KernelCase(name).disk());
    long size = good.size();
    for (String[] words : changes) {
      size = words[0].equals("size") ? Long.parseLong(words[1]) : size;
    }
    MemoryDisk disk = good.copy(size);
    for (String[] words : changes) {
      change(disk, words);
    }
    return disk;
  }

  private void change(MemoryDisk disk, String[] words) {
    int size = blockSize();
    switch (words[0]) {
      case "size" -> {}
      case "set" -> {
        String[] place = words[1].split("\\+", -1);
        disk.overwrite(
            Long.decode(place[0]) * size + Long.parseLong(place[1]),
            HexFormat.of().parseHex(words[2]));
      }
      case "copy" ->
          disk.overwrite(
              Long.decode(words[1]) * size, disk.bytes(Long.decode(words[2]) * size, size));
      case "zero" ->
          disk.overwrite(Long.decode(words[1]) * size, new byte[Integer.parseInt(words[2]) * size]);
      case "seal" -> rewrite(disk, Long.decode(words[1]), LogHeader::mend);
      case "v1" -> {
        long first = Long.decode(words[1]);
        for (long block = first; block < first + Long.parseLong(words[2]); block++) {
          rewrite(disk, block, DamagedCase::makeVersion1);
        }
      }
      default -> throw new IllegalStateException(name + ": " + String.join(" ", words));
    }
  }

  private interface Rewrite {
    void apply(ByteBuffer block);
  }

  private void rewrite(MemoryDisk disk, long block, Rewrite rewrite) {
    byte[] bytes = disk.bytes(block * blockSize(), blockSize());
    rewrite.apply(ByteBuffer.wrap(bytes));
    disk.overwrite(block * blockSize(), bytes);
  }

  private static void makeVersion1(ByteBuffer block) {
    HeaderValidity found = LogHeader.validate(block, LogHeader.ANY_POSITION);
    if (found != HeaderValidity.NO_MAGIC && found != HeaderValidity.OTHER_TYPE) {
      byte[] start = new byte[LOG_HEADER_HASH_AT];
      block.get(0, start);
      LogHeader.read(block).writeV1(block);
      if (ByteBuffer.wrap(start).mismatch(block.slice(0, LOG_HEADER_HASH_AT)) >= 0) {
        throw new IllegalStateException("the header has fields that writeV1 does not keep");
      }
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
