package glockenspiel.journal.core;

import glockenspiel.journal.core.HeldPieces.Piece;
import glockenspiel.journal.core.ReplayListener.Phase;
import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.ondisk.log.JdataEscape;
import glockenspiel.runtime.task.Promise;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Puts the winning copies of a plan in place, sorted and merged: first those that are still held
 * from the examination, all together; then the others, in windows, each read while the one before
 * is written. No block is written twice, so that their order means nothing. Only inside a task.
 */
final class Placement {
  private static final int WINDOW_PIECES = 16;

  /** So small that what other nodes write need not wait long behind it. */
  private static final int WRITE_BYTES = 1 << 22;

  private static final int WRITES_AHEAD = 2;

  private final VolumeAccess volume;
  private final JournalReader reader;
  private final HeldPieces held;
  private final ReplayPlan plan;
  private final ReplayListener listener;
  private final Deque<Promise<@Nullable Void>> underWay = new ArrayDeque<>();

  /** Winners that are written, or belong to a window. */
  private final BitSet taken;

  private int written;

  /** Pieces, and the winners in them. */
  private record Window(List<Piece> pieces, BitSet winners) {}

  Placement(
      VolumeAccess volume,
      JournalReader reader,
      HeldPieces held,
      ReplayPlan plan,
      ReplayListener listener) {
    this.volume = volume;
    this.reader = reader;
    this.held = held;
    this.plan = plan;
    this.listener = listener;
    this.taken = new BitSet(plan.size());
  }

  /** Returns when the device has taken all of it; nothing is durable yet. */
  void run() {
    listener.progress(Phase.WRITING, 0, plan.size());
    Window window = heldWindow();
    while (written < plan.size()) {
      for (Piece piece : window.pieces()) {
        volume.owner().await(piece.arrival());
      }
      Window next = nextWindow();
      write(window);
      listener.progress(Phase.WRITING, written, plan.size());
      window.pieces().forEach(held::drop);
      window = next;
    }
  }

  /** All that is held and has winners; what has none is given up. */
  private Window heldWindow() {
    Window window = new Window(new ArrayList<>(), new BitSet());
    int winner = 0;
    for (Piece piece : held.all()) {
      while (winner < plan.size() && plan.position(winner) < piece.position()) {
        winner++;
      }
      if (winner < plan.size() && plan.position(winner) < piece.end()) {
        held.pin(piece);
        window.pieces().add(piece);
        winner = take(window, piece, winner);
      } else if (piece.arrival().isDone()) {
        held.drop(piece);
      }
    }
    return window;
  }

  /** Begins to read what comes next. */
  private Window nextWindow() {
    Window window = new Window(new ArrayList<>(), new BitSet());
    int winner = taken.nextClearBit(0);
    while (winner < plan.size() && window.pieces().size() < WINDOW_PIECES) {
      Piece piece = reader.begin(held, plan.position(winner), endOfPiece(winner));
      window.pieces().add(piece);
      winner = taken.nextClearBit(take(window, piece, winner));
    }
    return window;
  }

  /** Behind the last winner that can be read in one piece with this one. */
  private long endOfPiece(int winner) {
    long limit = plan.position(winner) + (held.pieceBytes() >>> shift());
    int last = winner;
    while (last + 1 < plan.size() && plan.position(last + 1) < limit) {
      last++;
    }
    return plan.position(last) + 1;
  }

  /** Takes the winners that lie in a piece, from one on; returns the first behind it. */
  private int take(Window window, Piece piece, int from) {
    int winner = from;
    while (winner < plan.size() && plan.position(winner) < piece.end()) {
      if (!taken.get(winner)) {
        taken.set(winner);
        window.winners().set(winner);
      }
      winner++;
    }
    return winner;
  }

  private void write(Window window) {
    int[] order = plan.inOrderOfBlocks(window.winners());
    List<DeviceWrite> writes = new ArrayList<>();
    long bytes = 0;
    int to;
    for (int from = 0; from < order.length; from = to) {
      to = endOfRun(order, from);
      ByteBuffer content = content(order[from], to - from);
      writes.add(new DeviceWrite(plan.block(order[from]) << shift(), content));
      bytes += content.remaining();
      if (bytes >= WRITE_BYTES || to == order.length) {
        submit(writes);
        writes = new ArrayList<>();
        bytes = 0;
      }
    }
    while (!underWay.isEmpty()) {
      volume.owner().await(underWay.remove());
    }
    written += order.length;
  }

  /** Behind the copies that follow each other in the journal as they do in place. */
  private int endOfRun(int[] order, int from) {
    long position = plan.position(order[from]);
    long block = plan.block(order[from]);
    long most = plan.isEscaped(order[from]) ? 1 : pieceOf(order[from]).end() - position;
    int to = from + 1;
    while (to < order.length
        && to - from < most
        && plan.block(order[to]) == block + (to - from)
        && plan.position(order[to]) == position + (to - from)
        && !plan.isEscaped(order[to])) {
      to++;
    }
    return to;
  }

  /** What is written of some copies in a row; one that was escaped is copied. */
  private ByteBuffer content(int winner, int count) {
    ByteBuffer read = reader.blocks(pieceOf(winner), plan.position(winner), count);
    if (!plan.isEscaped(winner)) {
      return read;
    }
    ByteBuffer copy = ByteBuffer.allocate(read.remaining()).put(read).flip();
    JdataEscape.restore(copy);
    return copy;
  }

  private Piece pieceOf(int winner) {
    return Objects.requireNonNull(held.find(plan.position(winner)));
  }

  private void submit(List<DeviceWrite> writes) {
    if (underWay.size() == WRITES_AHEAD) {
      volume.owner().await(underWay.remove());
    }
    underWay.add(held.using(volume.device().write(writes)));
  }

  private int shift() {
    return volume.geometry().blockShift();
  }
}
