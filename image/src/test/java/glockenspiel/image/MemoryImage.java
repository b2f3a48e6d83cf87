package glockenspiel.image;

import glockenspiel.ondisk.BlockReader;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.Superblock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An image in an array, and what tests do with it. Checks that a format keeps the sink's contract.
 */
final class MemoryImage implements BlockSink, BlockReader {
  private final byte[] bytes;
  private final int blockSize;
  private long next;
  private long reads;

  MemoryImage(byte[] bytes, int blockSize) {
    this.bytes = bytes;
    this.blockSize = blockSize;
  }

  /** An image by its own superblock. */
  static MemoryImage of(byte[] bytes) {
    ByteBuffer superblock =
        ByteBuffer.wrap(bytes).slice((int) Geometry.SUPERBLOCK_BYTE, Superblock.BYTES);
    return new MemoryImage(bytes, Superblock.read(superblock).geometry().blockSize());
  }

  /** A new image. */
  static MemoryImage format(FormatParameters parameters) {
    MemoryImage image =
        new MemoryImage(new byte[Math.toIntExact(parameters.imageBytes())], parameters.blockSize());
    ImageFormat.format(parameters, image);
    return image;
  }

  @Override
  public void write(long first, ByteBuffer content) {
    int length = content.remaining();
    if (first < next || length == 0 || length % blockSize != 0 || length > 1 << 20) {
      throw new AssertionError("write of " + length + " bytes at block " + first + " of " + next);
    }
    content.get(bytes, Math.toIntExact(first * blockSize), length);
    next = first + length / blockSize;
  }

  @Override
  public ByteBuffer read(long block) {
    reads++;
    return block(block);
  }

  /** A block to look at or to damage. */
  ByteBuffer block(long block) {
    return ByteBuffer.wrap(bytes).slice(Math.toIntExact(block * blockSize), blockSize);
  }

  byte[] bytes() {
    return bytes;
  }

  long reads() {
    return reads;
  }

  MemoryImage copy() {
    return new MemoryImage(bytes.clone(), blockSize);
  }

  Geometry geometry() {
    return Geometry.of(blockSize);
  }

  long blocks() {
    return bytes.length / blockSize;
  }

  VolumeReader volume() {
    return new VolumeReader(geometry(), blocks(), this);
  }

  CheckReport check() {
    return ImageCheck.check(geometry(), blocks(), this, List.of());
  }

  ImageInfo info() {
    return ImageInfo.read(geometry(), blocks(), this);
  }

  void writeTo(Path file) {
    try {
      Files.write(file, bytes);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
