package glockenspiel.journal.core;

import glockenspiel.journal.core.HeldPieces.Piece;
import glockenspiel.journal.device.BlockDevice;
import glockenspiel.journal.device.PieceMemory;
import glockenspiel.ondisk.Geometry;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Reads a journal's blocks by position, in large pieces, a few of them ahead. Only inside tasks.
 * Every piece ends with an await, so that other work of the owner goes on in between.
 */
final class JournalReader {
  /** Is shown blocks. */
  @FunctionalInterface
  interface Visitor {
    /**
     * A block.
     *
     * @param content a slice of a larger buffer; not to be changed, nor used after the call
     * @return false to be shown no more
     */
    boolean visit(long position, ByteBuffer content);
  }

  private static final int PIECES_AHEAD = 4;
  private static final PieceMemory NONE = PieceMemory.onHeap(PieceMemory.PIECE_BYTES, 0);

  private final SerialOwner owner;
  private final BlockDevice device;
  private final Geometry geometry;
  private final JournalExtents extents;

  /** Null of one that holds nothing longer than it is shown. */
  private final @Nullable HeldPieces held;

  /** One that may be used by any task, and holds nothing. */
  JournalReader(SerialOwner owner, BlockDevice device, Geometry geometry, JournalExtents extents) {
    this(owner, device, geometry, extents, null);
  }

  private JournalReader(
      SerialOwner owner,
      BlockDevice device,
      Geometry geometry,
      JournalExtents extents,
      @Nullable HeldPieces held) {
    this.owner = owner;
    this.device = device;
    this.geometry = geometry;
    this.extents = extents;
    this.held = held;
  }

  /**
   * One that holds what it has read, for one task, while nobody writes to the journal: what it has
   * read once it reads again only if there was no memory for it.
   */
  JournalReader holding(HeldPieces pieces) {
    return new JournalReader(owner, device, geometry, extents, pieces);
  }

  JournalExtents extents() {
    return extents;
  }

  Geometry geometry() {
    return geometry;
  }

  /** One block; of use as long as nothing else is read in pieces. */
  ByteBuffer read(long position) {
    Piece piece = held == null ? null : held.find(position);
    if (piece != null) {
      owner.await(piece.arrival());
      return blocks(piece, position, 1);
    }
    long offset = extents.blockAt(position) << geometry.blockShift();
    return owner.await(device.read(offset, geometry.blockSize()));
  }

  /** Shows the blocks of {@code from..to-1}; does not go around the end. */
  void forEach(long from, long to, Visitor visitor) {
    HeldPieces pieces = held == null ? new HeldPieces(NONE) : held;
    Deque<Piece> ahead = new ArrayDeque<>();
    try {
      long next = from;
      while (true) {
        while (next < to && ahead.size() < PIECES_AHEAD) {
          Piece piece = pinned(pieces, next, to);
          ahead.add(piece);
          next = piece.end();
        }
        Piece first = ahead.peek();
        if (first == null) {
          return;
        }
        owner.await(first.arrival());
        long end = Math.min(to, first.end());
        for (long at = Math.max(from, first.position()); at < end; at++) {
          if (!visitor.visit(at, blocks(first, at, 1))) {
            return;
          }
        }
        pieces.unpin(ahead.remove());
      }
    } finally {
      ahead.forEach(pieces::unpin);
    }
  }

  /** The piece that a position lies in; one that is not held yet ends before a bound. */
  private Piece pinned(HeldPieces pieces, long position, long bound) {
    Piece known = pieces.find(position);
    if (known != null) {
      pieces.pin(known);
      return known;
    }
    return begin(pieces, position, bound);
  }

  /**
   * Has a piece read that begins at a position that is not held, and ends before a bound. It is
   * pinned.
   */
  Piece begin(HeldPieces pieces, long position, long bound) {
    int most = pieces.pieceBytes() >>> geometry.blockShift();
    int count = (int) Math.min(most, pieces.nextBehind(position, bound) - position);
    Piece piece = pieces.add(position, count, count << geometry.blockShift());
    pieces.arrives(piece, readAll(piece));
    return piece;
  }

  /** Reads what lies in a row on the device at once, all of a piece side by side. */
  private Promise<@Nullable Void> readAll(Piece piece) {
    Arrivals arrivals = new Arrivals();
    for (long at = piece.position(); at < piece.end(); ) {
      int count = (int) Math.min(piece.end() - at, extents.runFrom(at));
      long offset = extents.blockAt(at) << geometry.blockShift();
      arrivals.add(device.read(offset, blocks(piece, at, count)));
      at += count;
    }
    return arrivals.all();
  }

  /** Blocks of a piece, in its own memory. */
  ByteBuffer blocks(Piece piece, long position, int count) {
    int shift = geometry.blockShift();
    return piece.bytes((int) (position - piece.position()) << shift, count << shift);
  }
}
