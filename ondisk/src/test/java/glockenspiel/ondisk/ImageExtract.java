package glockenspiel.ondisk;

import static java.util.Objects.requireNonNull;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/** Blocks of a real image, from {@code src/test/resources/extracts}; see the README there. */
public final class ImageExtract implements BlockReader {
  private final Geometry geometry;
  private final long limit;
  private final SortedMap<Long, ByteBuffer> blocks = new TreeMap<>();

  private ImageExtract(DataInputStream in) throws IOException {
    geometry = Geometry.of(in.readInt());
    limit = in.readLong();
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      long block = in.readLong();
      blocks.put(block, ByteBuffer.wrap(in.readNBytes(geometry.blockSize())));
    }
  }

  /** Loads an extract, for example {@code mkfs-4k.gz}. */
  public static ImageExtract load(String name) {
    try (InputStream raw =
            requireNonNull(ImageExtract.class.getResourceAsStream("/extracts/" + name), name);
        DataInputStream in = new DataInputStream(new GZIPInputStream(raw))) {
      return new ImageExtract(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The image's geometry. */
  public Geometry geometry() {
    return geometry;
  }

  /** Blocks of the image. */
  public long limit() {
    return limit;
  }

  /** The blocks that were taken, by number. */
  public SortedMap<Long, ByteBuffer> blocks() {
    return blocks;
  }

  /** The superblock. */
  public Superblock superblock() {
    return Superblock.read(read(geometry.superblockBlock()));
  }

  /** A block; one that was not taken reads as zeros. */
  @Override
  public ByteBuffer read(long block) {
    ByteBuffer content = blocks.get(block);
    return content == null ? ByteBuffer.allocate(geometry.blockSize()) : content;
  }
}
