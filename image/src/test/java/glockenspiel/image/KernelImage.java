package glockenspiel.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.tukaani.xz.XZInputStream;

/**
 * Images that the Linux 6.1 kernel filled, left crashed, and replayed. A delta is a line {@code
 * GFS2DELTA1 <block size> <count> <image size> <sha256>}, then for each changed block its number (8
 * bytes, big-endian) and its content.
 */
final class KernelImage {
  private KernelImage() {}

  /** The image after the kernel's replay. */
  static MemoryImage replayed(String name) throws IOException {
    byte[] before = read(name + "/before.img.xz");
    byte[] delta = read(name + "/kernel-replay.delta.xz");
    int header = 0;
    while (delta[header] != '\n') {
      header++;
    }
    String[] words = new String(delta, 0, header, StandardCharsets.US_ASCII).split(" ", -1);
    int blockSize = Integer.parseInt(words[1]);
    int count = Integer.parseInt(words[2]);
    byte[] after = Arrays.copyOf(before, Integer.parseInt(words[3]));
    ByteBuffer records = ByteBuffer.wrap(delta).position(header + 1);
    for (int i = 0; i < count; i++) {
      int block = Math.toIntExact(records.getLong());
      records.get(after, block * blockSize, blockSize);
    }
    return MemoryImage.of(after);
  }

  private static byte[] read(String name) throws IOException {
    InputStream file = KernelImage.class.getResourceAsStream("/images/" + name);
    if (file == null) {
      throw new IOException("no " + name);
    }
    try (InputStream content = new XZInputStream(file)) {
      return content.readAllBytes();
    }
  }
}
