package glockenspiel.journal.core;

import glockenspiel.journal.device.BlockDevice;
import glockenspiel.ondisk.Geometry;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Reads a journal's blocks by position, in large pieces that lie in a row on the device, a few of
 * them ahead. Only inside tasks. Every piece ends with an await, so that other work of the owner
 * goes on in between.
 */
final class JournalReader {
  /** Is shown blocks. */
  @FunctionalInterface
  interface Visitor {
    /**
     * A block.
     *
     * @param content the visitor's own, a slice of a larger buffer
     * @return false to be shown no more
     */
    boolean visit(long position, ByteBuffer content);
  }

  private static final int PIECE_BYTES = 1 << 20;
  private static final int PIECES_AHEAD = 4;

  /** Blocks that are read though nobody wants them, rather than reading twice. */
  private static final int GAP_BLOCKS = 15;

  /** Blocks in a row; of some, those up to an index. */
  private record Piece(long position, int count, int end, Promise<ByteBuffer> content) {}

  private final SerialOwner owner;
  private final BlockDevice device;
  private final Geometry geometry;
  private final JournalExtents extents;

  JournalReader(SerialOwner owner, BlockDevice device, Geometry geometry, JournalExtents extents) {
    this.owner = owner;
    this.device = device;
    this.geometry = geometry;
    this.extents = extents;
  }

  JournalExtents extents() {
    return extents;
  }

  Geometry geometry() {
    return geometry;
  }

  /** One block. */
  ByteBuffer read(long position) {
    return owner.await(piece(position, 1, 0).content());
  }

  /** Shows the blocks of {@code from..to-1}; does not go around the end. */
  void forEach(long from, long to, Visitor visitor) {
    Deque<Piece> ahead = new ArrayDeque<>();
    long next = from;
    while (true) {
      while (next < to && ahead.size() < PIECES_AHEAD) {
        int count = (int) Math.min(to - next, Math.min(extents.runFrom(next), pieceBlocks()));
        ahead.add(piece(next, count, 0));
        next += count;
      }
      Piece first = ahead.poll();
      if (first == null) {
        return;
      }
      ByteBuffer content = owner.await(first.content());
      for (int i = 0; i < first.count(); i++) {
        if (!visitor.visit(first.position() + i, slice(content, i))) {
          return;
        }
      }
    }
  }

  /**
   * Shows some blocks.
   *
   * @param positions best in ring order; one that is there twice is read twice
   * @param from index of the first to show
   * @param to index behind the last
   */
  void forSome(long[] positions, int from, int to, Visitor visitor) {
    Deque<Piece> ahead = new ArrayDeque<>();
    int planned = from;
    int shown = from;
    while (shown < to) {
      while (planned < to && ahead.size() < PIECES_AHEAD) {
        int end = endOfPiece(positions, planned, to);
        int count = (int) (positions[end - 1] - positions[planned]) + 1;
        ahead.add(piece(positions[planned], count, end));
        planned = end;
      }
      Piece first = ahead.remove();
      ByteBuffer content = owner.await(first.content());
      while (shown < first.end()) {
        long position = positions[shown];
        shown++;
        if (!visitor.visit(position, slice(content, (int) (position - first.position())))) {
          return;
        }
      }
    }
  }

  /**
   * How many positions, from one on, can be shown while no more than some bytes are read, those
   * between them included; a piece more, as what is read stays in memory as long as any of it.
   *
   * @return index behind the last
   */
  int endOfWindow(long[] positions, int from, long bytes) {
    long blocks = 0;
    int end = from;
    while (end < positions.length && blocks << geometry.blockShift() < bytes) {
      int start = end;
      end = endOfPiece(positions, start, positions.length);
      blocks += positions[end - 1] - positions[start] + 1;
    }
    return end;
  }

  private int endOfPiece(long[] positions, int start, int to) {
    long first = positions[start];
    long limit = first + Math.min(extents.runFrom(first), pieceBlocks());
    int end = start + 1;
    while (end < to
        && positions[end] > positions[end - 1]
        && positions[end] - positions[end - 1] <= GAP_BLOCKS
        && positions[end] < limit) {
      end++;
    }
    return end;
  }

  private Piece piece(long position, int count, int end) {
    long offset = extents.blockAt(position) << geometry.blockShift();
    return new Piece(position, count, end, device.read(offset, count << geometry.blockShift()));
  }

  private ByteBuffer slice(ByteBuffer content, int index) {
    return content.slice(index << geometry.blockShift(), geometry.blockSize());
  }

  private int pieceBlocks() {
    return PIECE_BYTES >>> geometry.blockShift();
  }
}
