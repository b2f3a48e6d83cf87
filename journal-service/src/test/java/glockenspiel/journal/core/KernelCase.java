package glockenspiel.journal.core;

import glockenspiel.journal.device.MemoryDisk;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/** One image whose replay the Linux kernel decided; see shared/images/README.md for the files. */
record KernelCase(String name) {
  static final List<String> NAMES =
      List.of(
          "00-dirty-but-empty-4k",
          "01-small-files-4k",
          "02-small-files-1k",
          "04-revoke-reuse-4k",
          "06-revoke-many-512",
          "07-jdata-escape-4k",
          "09-wrap-4k",
          "12-truncate-rename-xattr-4k",
          "14-torn-4k",
          "16-fragmented-journal-4k",
          "17-clean-umount-4k",
          "20-bad-head-crc",
          "23-bad-middle-header",
          "26-all-headers-lost",
          "27-jid1-nolock-4k");

  private static final int CHUNK = 1 << 16;

  /** The image before the replay. */
  MemoryDisk disk() {
    int size = Math.toIntExact(number("bsize ([0-9]+)") * number("blocks ([0-9]+)"));
    MemoryDisk disk = new MemoryDisk(size);
    try (InputStream image = new XZInputStream(new BufferedInputStream(open("before.img.xz")))) {
      byte[] chunk = new byte[CHUNK];
      for (long offset = 0; ; offset += CHUNK) {
        int read = image.readNBytes(chunk, 0, CHUNK);
        if (read <= 0) {
          return disk;
        }
        if (!isZero(chunk, read)) {
          disk.overwrite(offset, Arrays.copyOf(chunk, read));
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static boolean isZero(byte[] chunk, int length) {
    for (int i = 0; i < length; i++) {
      if (chunk[i] != 0) {
        return false;
      }
    }
    return true;
  }

  int blockSize() {
    return (int) number("bsize ([0-9]+)");
  }

  String expected() {
    try (InputStream text = open("expected.txt")) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** What the pattern's first group shows in expected.txt: decimal, or hex with 0x. */
  long number(String pattern) {
    Matcher matcher = find(pattern);
    if (matcher == null) {
      throw new IllegalStateException(name + ": no line has " + pattern);
    }
    return Long.decode(matcher.group(1));
  }

  @Nullable Matcher find(String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(expected());
    return matcher.find() ? matcher : null;
  }

  boolean says(String text) {
    return expected().contains(text);
  }

  /** The blocks that the kernel's replay changed. */
  TreeMap<Long, byte[]> kernelDelta() {
    try (InputStream delta = new XZInputStream(open("kernel-replay.delta.xz"))) {
      ByteArrayOutputStream header = new ByteArrayOutputStream();
      for (int c = delta.read(); c != '\n'; c = delta.read()) {
        header.write(c);
      }
      String[] words = header.toString(StandardCharsets.US_ASCII).split(" ", -1);
      int blockSize = Integer.parseInt(words[1]);
      int count = Integer.parseInt(words[2]);
      TreeMap<Long, byte[]> blocks = new TreeMap<>();
      for (int i = 0; i < count; i++) {
        long block = ByteBuffer.wrap(delta.readNBytes(Long.BYTES)).getLong();
        blocks.put(block, delta.readNBytes(blockSize));
      }
      return blocks;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private InputStream open(String file) throws IOException {
    InputStream stream = KernelCase.class.getResourceAsStream("/images/" + name + "/" + file);
    if (stream == null) {
      throw new IOException("no test resource images/" + name + "/" + file);
    }
    return stream;
  }

  @Override
  public String toString() {
    return name;
  }
}
