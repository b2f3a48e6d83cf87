package glockenspiel.runtime.task.deterministic;

import glockenspiel.runtime.task.SerialOwner;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** What is due later, by time, and among equal times by the order in which it was asked for. */
final class TimerQueue {
  private static final int PURGE_MIN = 1024;

  /** One piece that is due later. */
  static final class Entry implements SerialOwner.Timer {
    final long due;
    final long sequence;
    final DeterministicOwner owner;
    private final TimerQueue queue;
    private @Nullable Runnable piece;

    private Entry(
        long due, long sequence, DeterministicOwner owner, TimerQueue queue, Runnable piece) {
      this.due = due;
      this.sequence = sequence;
      this.owner = owner;
      this.queue = queue;
      this.piece = piece;
    }

    /** Runs the piece unless it was cancelled, perhaps only after it had been handed over. */
    void run() {
      Runnable now = piece;
      piece = null;
      if (now != null) {
        now.run();
      }
    }

    boolean isCancelled() {
      return piece == null;
    }

    @Override
    public void cancel() {
      if (piece != null) {
        piece = null;
        queue.cancelled++;
      }
    }
  }

  private final PriorityQueue<Entry> entries = new PriorityQueue<>(TimerQueue::compare);
  private long sequence;
  private int cancelled;

  /** Of all that the scheduler does this is done most often. */
  private static int compare(Entry one, Entry other) {
    return one.due == other.due
        ? Long.compare(one.sequence, other.sequence)
        : Long.compare(one.due, other.due);
  }

  Entry add(long due, DeterministicOwner owner, Runnable piece) {
    purge();
    Entry entry = new Entry(due, sequence++, owner, this, piece);
    entries.add(entry);
    return entry;
  }

  /** The time of the next one; {@code Long.MAX_VALUE} when there is none. */
  long nextDue() {
    Entry next = entries.peek();
    while (next != null && (next.isCancelled() || next.owner.isStopped())) {
      entries.remove();
      next = entries.peek();
    }
    return next == null ? Long.MAX_VALUE : next.due;
  }

  /** Takes the next one, which {@link #nextDue} has shown to be there. */
  Entry take() {
    return entries.remove();
  }

  /**
   * Timers are cancelled far more often than they run; the dead ones are thrown out before they are
   * the majority.
   */
  private void purge() {
    if (cancelled < PURGE_MIN || cancelled < entries.size() / 2) {
      return;
    }
    List<Entry> alive = new ArrayList<>();
    for (Entry entry : entries) {
      if (!entry.isCancelled() && !entry.owner.isStopped()) {
        alive.add(entry);
      }
    }
    entries.clear();
    entries.addAll(alive);
    cancelled = 0;
  }
}
