package glockenspiel.simulation.checker;

import glockenspiel.protocol.storage.Appended;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a journal holds since it was last known to be clean, by the calls that were made for it. */
final class JournalModel {
  /** The newest image of a block, and whether a durable revoke covers it. */
  record Logged(LoggedFlush flush, long hash, boolean revoked) {}

  private final List<LoggedFlush> flushes = new ArrayList<>();

  void arrived(LoggedFlush flush) {
    flushes.add(flush);
  }

  void durable(LoggedFlush flush, Appended appended, long order) {
    flush.durableOrder = order;
    flush.firstBlock = appended.firstBlock();
  }

  /** The journal is clean: nothing in it will be replayed. */
  void clean() {
    flushes.clear();
  }

  @Nullable LoggedFlush flushOf(Object call) {
    for (int i = flushes.size() - 1; i >= 0; i--) {
      if (flushes.get(i).call == call) {
        return flushes.get(i);
      }
    }
    return null;
  }

  /** All flushes since it was clean, in the order of their arrival. */
  List<LoggedFlush> flushes() {
    return flushes;
  }

  /** When the newest image of the block became durable, or arrived; -1 for none. */
  long newestImageOrder(long block) {
    for (int i = flushes.size() - 1; i >= 0; i--) {
      LoggedFlush flush = flushes.get(i);
      if (flush.images().containsKey(block)) {
        return Math.max(flush.durableOrder, flush.arrivedOrder);
      }
    }
    return -1;
  }

  /** Whether some flush has the block with that content. */
  boolean hasImage(long block, long hash) {
    return find(block, hash, false);
  }

  /** Whether some durable flush has the block with that content. */
  boolean hasDurableImage(long block, long hash) {
    return find(block, hash, true);
  }

  private boolean find(long block, long hash, boolean durable) {
    for (int i = flushes.size() - 1; i >= 0; i--) {
      LoggedFlush flush = flushes.get(i);
      Long logged = flush.images().get(block);
      if (logged != null && logged == hash && (!durable || flush.isDurable())) {
        return true;
      }
    }
    return false;
  }

  /** The newest durable image of a block in the active region; null for none. */
  @Nullable Logged active(long block) {
    int tail = tailIndex();
    boolean revoked = false;
    for (int i = flushes.size() - 1; i >= tail && i >= 0; i--) {
      LoggedFlush flush = flushes.get(i);
      if (!flush.isDurable()) {
        continue;
      }
      revoked |= flush.revokes.contains(block);
      Long hash = flush.images().get(block);
      if (hash != null) {
        return new Logged(flush, hash, revoked);
      }
    }
    return null;
  }

  /** The index of the oldest flush that the newest durable one calls not all in place. */
  private int tailIndex() {
    for (int newest = flushes.size() - 1; newest >= 0; newest--) {
      LoggedFlush flush = flushes.get(newest);
      if (!flush.isDurable()) {
        continue;
      }
      long tail = flush.content.tail();
      for (int i = newest - 1; tail >= 0 && i >= 0; i--) {
        if (flushes.get(i).isDurable() && flushes.get(i).firstBlock == tail) {
          return i;
        }
      }
      return newest;
    }
    return 0;
  }

  /** Forgets flushes long before the tail, which nobody asks for any more. */
  void trim(int kept) {
    int tail = tailIndex();
    if (tail > 2 * kept) {
      flushes.subList(0, tail - kept).clear();
    }
  }
}
