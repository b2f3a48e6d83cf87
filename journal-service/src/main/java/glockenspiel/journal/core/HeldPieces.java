package glockenspiel.journal.core;

import glockenspiel.journal.device.PieceMemory;
import glockenspiel.runtime.task.Promise;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one task has read of a journal and still holds: the newest pieces, as many as there is
 * memory for. Whoever looks at a piece pins it; of those that nobody pins the oldest makes room for
 * another. Memory is given back only when the device neither reads into it nor writes from it: it
 * may be of another volume's journal at once.
 */
final class HeldPieces {
  /** Blocks of the journal in a row. */
  static final class Piece {
    private final long position;
    private final int count;
    private final ByteBuffer memory;
    private final boolean lent;
    private Promise<@Nullable Void> arrival = new Promise<>();
    private int pins = 1;

    private Piece(long position, int count, ByteBuffer memory, boolean lent) {
      this.position = position;
      this.count = count;
      this.memory = memory;
      this.lent = lent;
    }

    /** The position of the first block. */
    long position() {
      return position;
    }

    /** The position behind the last block. */
    long end() {
      return position + count;
    }

    /** Done when the blocks are there. */
    Promise<@Nullable Void> arrival() {
      return arrival;
    }

    /** Bytes of it, that are not copied. */
    ByteBuffer bytes(int from, int length) {
      return memory.slice(from, length);
    }
  }

  private final PieceMemory memory;
  private final TreeMap<Long, Piece> pieces = new TreeMap<>();
  private final Deque<Piece> oldestFirst = new ArrayDeque<>();
  private int operations;
  private boolean closed;

  HeldPieces(PieceMemory memory) {
    this.memory = memory;
  }

  /** Bytes that fit into a piece. */
  int pieceBytes() {
    return memory.pieceBytes();
  }

  /** The piece that a position lies in; it may not have arrived yet. */
  @Nullable Piece find(long position) {
    Map.Entry<Long, Piece> before = pieces.floorEntry(position);
    return before != null && position < before.getValue().end() ? before.getValue() : null;
  }

  /** Where the first piece behind a position begins, or this bound if none does before it. */
  long nextBehind(long position, long bound) {
    Long next = pieces.higherKey(position);
    return next == null ? bound : Math.min(next, bound);
  }

  /** All pieces in the order of positions. */
  List<Piece> all() {
    return new ArrayList<>(pieces.values());
  }

  /** Holds a new piece, pinned; the caller has the blocks read into it. */
  Piece add(long position, int count, int bytes) {
    ByteBuffer lent = memory.take();
    if (lent == null) {
      lent = giveUpOldest();
    }
    Piece piece =
        new Piece(position, count, lent == null ? ByteBuffer.allocate(bytes) : lent, lent != null);
    pieces.put(position, piece);
    oldestFirst.add(piece);
    return piece;
  }

  private @Nullable ByteBuffer giveUpOldest() {
    for (Piece piece : oldestFirst) {
      if (piece.lent && piece.pins == 0 && piece.arrival.isDone()) {
        remove(piece);
        return piece.memory;
      }
    }
    return null;
  }

  /** Remembers the reads that fill a piece. */
  void arrives(Piece piece, Promise<@Nullable Void> arrival) {
    piece.arrival = using(arrival);
  }

  /** An operation of the device that uses memory of pieces. */
  <T extends @Nullable Object> Promise<T> using(Promise<T> operation) {
    operations++;
    operation.whenDone(
        (value, failure) -> {
          operations--;
          giveAllBackOnce();
        });
    return operation;
  }

  void pin(Piece piece) {
    piece.pins++;
  }

  /** Pinned no more: of use as long as there is memory. */
  void unpin(Piece piece) {
    piece.pins--;
    if (piece.pins == 0 && !piece.lent) {
      remove(piece);
    }
  }

  /** Of no use any more: the device has done what it was to do with it. */
  void drop(Piece piece) {
    if (pieces.get(piece.position) == piece) {
      remove(piece);
      giveBack(piece);
    }
  }

  private void remove(Piece piece) {
    pieces.remove(piece.position);
    oldestFirst.remove(piece);
  }

  private void giveBack(Piece piece) {
    if (piece.lent) {
      memory.giveBack(piece.memory);
    }
  }

  /** Holds nothing any more, as soon as no operation is under way. */
  void close() {
    closed = true;
    giveAllBackOnce();
  }

  private void giveAllBackOnce() {
    if (closed && operations == 0) {
      pieces.values().forEach(this::giveBack);
      pieces.clear();
      oldestFirst.clear();
    }
  }
}
