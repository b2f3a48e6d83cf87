package glockenspiel.node.transaction;

import glockenspiel.protocol.lock.GlockName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a replay of the node's journal would write, and from where: the flushes between tail and
 * head with the newest image of each block. Those not yet in place are the AIL.
 *
 * <pre>
 *   journal   ... | flush 7 | flush 8 | flush 9 | flush 10 (on its way)
 *                   tail                head
 *   newest image    A         B in place C       A'  (takes A over from flush 7)
 * </pre>
 *
 * <p>An image stays known after it is in place, until the tail that a durable header carries has
 * passed it: until then a replay would write it again, so the glock cannot be given away without a
 * revoke (rules 4 and 6).
 */
final class ActiveRegion {
  /** The tail when everything before the next flush is in place. */
  static final long NO_TAIL = -1;

  private final Deque<LoggedFlush> flushes = new ArrayDeque<>();
  private final Map<Long, LoggedBlock> newest = new LinkedHashMap<>();
  private final TreeMap<GlockName, TreeMap<Long, LoggedBlock>> byGlock = new TreeMap<>();
  private long flushesEver;

  /** A flush is about to be appended. Its blocks follow with {@link #add}. */
  LoggedFlush begin() {
    LoggedFlush flush = new LoggedFlush(++flushesEver);
    flushes.addLast(flush);
    return flush;
  }

  /** The flush has an image of the block: it replaces that of an older flush. */
  void add(LoggedFlush flush, CachedBlock cached) {
    LoggedBlock block = new LoggedBlock(cached.number(), cached.glock(), flush, cached.handOver());
    forget(block.number());
    newest.put(block.number(), block);
    byGlock.computeIfAbsent(block.glock(), ignored -> new TreeMap<>()).put(block.number(), block);
    flush.add(block);
  }

  /** The oldest flush that a replay would read, or null: the tail that is durable. */
  @Nullable LoggedFlush first() {
    return flushes.peekFirst();
  }

  /** The oldest flush that is not all in place, or null: how far the tail can move. */
  @Nullable LoggedFlush tail() {
    for (LoggedFlush flush : flushes) {
      if (!flush.isAllInPlace()) {
        return flush;
      }
    }
    return null;
  }

  /** A header with this tail is durable: no replay reads what lies before. */
  void passed(long tailOrdinal) {
    while (!flushes.isEmpty() && flushes.getFirst().ordinal() < tailOrdinal) {
      LoggedFlush flush = flushes.removeFirst();
      for (LoggedBlock block : flush.blocks()) {
        newest.remove(block.number(), block);
        removeFromGlock(block);
      }
    }
  }

  /** A revoke of the block is durable: no replay writes it. */
  void forget(long number) {
    LoggedBlock block = newest.remove(number);
    if (block != null) {
      block.flush().remove(block);
      removeFromGlock(block);
    }
  }

  private void removeFromGlock(LoggedBlock block) {
    TreeMap<Long, LoggedBlock> siblings = byGlock.get(block.glock());
    if (siblings != null) {
      siblings.remove(block.number(), block);
      if (siblings.isEmpty()) {
        byGlock.remove(block.glock());
      }
    }
  }

  /** The newest image of a block, or null when a replay would not touch it. */
  @Nullable LoggedBlock imageOf(long number) {
    return newest.get(number);
  }

  /** Whether the journal has images of the glock's blocks that a replay would write. */
  boolean hasImagesOf(GlockName glock) {
    return byGlock.containsKey(glock);
  }

  /** All images of a glock's blocks, by number; in place or not. */
  List<LoggedBlock> imagesOf(GlockName glock) {
    TreeMap<Long, LoggedBlock> owned = byGlock.get(glock);
    return owned == null ? List.of() : List.copyOf(owned.values());
  }

  /** Some images that are durable and not in place, oldest flush first, then sorted by block. */
  List<LoggedBlock> writable(int blocksMax, Predicate<LoggedBlock> wanted) {
    List<LoggedBlock> found = new ArrayList<>();
    for (LoggedFlush flush : flushes) {
      if (!flush.isDurable() || found.size() >= blocksMax) {
        break;
      }
      if (flush.isAllInPlace()) {
        continue;
      }
      for (LoggedBlock block : flush.blocks()) {
        if (!block.isInPlace() && found.size() < blocksMax && wanted.test(block)) {
          found.add(block);
        }
      }
    }
    found.sort(Comparator.comparingLong(LoggedBlock::number));
    return found;
  }

  /** The same for one glock only. */
  List<LoggedBlock> writableOf(GlockName glock, int blocksMax) {
    return imagesOf(glock).stream()
        .filter(block -> !block.isInPlace() && block.flush().isDurable())
        .limit(blocksMax)
        .toList();
  }

  /** How many images a replay would write. */
  int size() {
    return newest.size();
  }

  /** Ordinal of the newest flush. */
  long newestOrdinal() {
    return flushesEver;
  }
}
