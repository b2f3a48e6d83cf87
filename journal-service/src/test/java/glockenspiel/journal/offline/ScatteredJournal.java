package glockenspiel.journal.offline;

import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.ondisk.log.LogHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Has a new journal lie in many extents: it keeps its blocks, in another order, as one that was
 * added to a volume that is nearly full.
 */
final class ScatteredJournal {
  private static final int INDIRECT_HEADER = 24;
  private static final int DINODE_HEADER = 232;
  private static final int EXTENT_BLOCKS_MAX = 30;

  private final FileChannel file;
  private final Geometry geometry;

  /** Where the pointers to the journal's blocks lie, in the order of positions. */
  private final List<Long> slots = new ArrayList<>();

  private ScatteredJournal(FileChannel file, Geometry geometry) {
    this.file = file;
    this.geometry = geometry;
  }

  /**
   * Rearranges it.
   *
   * @param first some block of the journal, as it was made
   */
  static void scatter(FileChannel file, Geometry geometry, long first, SplittableRandom random)
      throws IOException {
    ScatteredJournal journal = new ScatteredJournal(file, geometry);
    long inode = LogHeader.read(journal.block(first)).journalInode();
    Dinode dinode = Dinode.of(journal.block(inode), inode, geometry);
    journal.findSlots(inode, DINODE_HEADER, dinode.height());
    journal.rearrange(inode, random);
  }

  private void findSlots(long block, int header, int height) throws IOException {
    ByteBuffer content = block(block);
    for (int at = header; at + Long.BYTES <= geometry.blockSize(); at += Long.BYTES) {
      long pointer = content.getLong(at);
      if (pointer != 0 && height == 1) {
        slots.add((block << geometry.blockShift()) + at);
      } else if (pointer != 0) {
        findSlots(pointer, INDIRECT_HEADER, height - 1);
      }
    }
  }

  private void rearrange(long inode, SplittableRandom random) throws IOException {
    long[] blocks = new long[slots.size()];
    ByteBuffer[] contents = new ByteBuffer[blocks.length];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = read(slots.get(i), Long.BYTES).getLong(0);
      contents[i] = block(blocks[i]);
    }
    long[] order = shuffled(blocks, random);
    for (int i = 0; i < blocks.length; i++) {
      LogHeader header = LogHeader.read(contents[i]);
      LogHeader.of(
              header.sequence(),
              header.flags(),
              0,
              i,
              0,
              0,
              order[i],
              inode,
              0,
              0,
              StatfsChange.NONE)
          .write(contents[i]);
      write(contents[i], order[i] << geometry.blockShift());
      write(ByteBuffer.allocate(Long.BYTES).putLong(0, order[i]), slots.get(i));
    }
  }

  /** Cut into pieces of different lengths, and these in another order. */
  private static long[] shuffled(long[] blocks, SplittableRandom random) {
    List<long[]> pieces = new ArrayList<>();
    int to;
    for (int from = 0; from < blocks.length; from = to) {
      to = Math.min(blocks.length, from + 1 + random.nextInt(EXTENT_BLOCKS_MAX));
      pieces.add(random.nextInt(pieces.size() + 1), Arrays.copyOfRange(blocks, from, to));
    }
    return pieces.stream().flatMapToLong(Arrays::stream).toArray();
  }

  private ByteBuffer block(long block) throws IOException {
    return read(block << geometry.blockShift(), geometry.blockSize());
  }

  private ByteBuffer read(long offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (file.read(buffer, offset + buffer.position()) < 0) {
        throw new IOException("the image ends");
      }
    }
    return buffer.flip();
  }

  private void write(ByteBuffer buffer, long offset) throws IOException {
    buffer.clear();
    while (buffer.hasRemaining()) {
      file.write(buffer, offset + buffer.position());
    }
  }
}
