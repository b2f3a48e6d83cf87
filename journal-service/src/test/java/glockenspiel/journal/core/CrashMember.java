package glockenspiel.journal.core;

import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.StatfsCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** One node of a {@link CrashWorkload}: its blocks, its flushes, its AIL, and what was promised. */
final class CrashMember {
  static final int BLOCKS = 24;

  final int jid;
  private final TinyImage image;

  /** Null while the node is not mounted. */
  @Nullable OpenedJournal opened;

  /** What the flushes of this life that were acknowledged have set; null is a revoke. */
  final TreeMap<Long, @Nullable Long> acknowledged = new TreeMap<>();

  /** The same without the newest flush; null once that flush must have its log header. */
  @Nullable TreeMap<Long, @Nullable Long> beforeNewest;

  /** The flush that was under way when the device died. */
  @Nullable TreeMap<Long, @Nullable Long> unacknowledged;

  /** Content of blocks as the node sees them. */
  final TreeMap<Long, Long> cache = new TreeMap<>();

  /** What is in place, as far as it was acknowledged. */
  final TreeMap<Long, Long> inPlace = new TreeMap<>();

  /** Per flush, by number, the blocks that are not in place yet. */
  final TreeMap<Integer, TreeSet<Long>> ail = new TreeMap<>();

  /** Where flushes begin, by number. */
  final TreeMap<Integer, Long> firstBlocks = new TreeMap<>();

  private int flushes;

  /** What the next header says of the local statfs change. */
  StatfsCounts local = StatfsCounts.ZERO;

  /** All changes that were acknowledged, and the one that was under way. */
  StatfsCounts counted = StatfsCounts.ZERO;

  StatfsCounts perhapsCounted = StatfsCounts.ZERO;

  CrashMember(int jid, TinyImage image) {
    this.jid = jid;
    this.image = image;
  }

  long block(int index) {
    return image.firstData + (long) jid * BLOCKS + index;
  }

  /** A block as this workload fills it: those with even numbers are journaled data. */
  BlockImage content(long block, long content) {
    return new BlockImage(block, isData(block) ? image.data(content) : image.metadata(content));
  }

  static boolean isData(long block) {
    return block % 2 == 0;
  }

  OpenedJournal journal() {
    return Objects.requireNonNull(opened);
  }

  /** Blocks that are not in place. */
  TreeSet<Long> missing() {
    TreeSet<Long> blocks = new TreeSet<>();
    ail.values().forEach(blocks::addAll);
    return blocks;
  }

  /** The tail for the next flush. */
  long tail() {
    return ail.isEmpty() ? -1 : Objects.requireNonNull(firstBlocks.get(ail.firstKey()));
  }

  /** A flush was acknowledged. */
  void appended(TreeMap<Long, @Nullable Long> change, long firstBlock) {
    int number = flushes++;
    boolean letsGo = change.containsValue(null);
    beforeNewest = letsGo ? null : new TreeMap<>(acknowledged);
    acknowledged.putAll(change);
    firstBlocks.put(number, firstBlock);
    TreeSet<Long> missing = new TreeSet<>();
    change.forEach(
        (block, content) -> {
          if (content != null) {
            cache.put(block, content);
            missing.add(block);
            ail.values().forEach(older -> older.remove(block));
          }
        });
    ail.put(number, missing);
    ail.values().removeIf(TreeSet::isEmpty);
  }

  /** A write in place was acknowledged. */
  void written(Iterable<Long> blocks) {
    for (long block : blocks) {
      beforeNewest = null;
      inPlace.put(block, Objects.requireNonNull(cache.get(block)));
      ail.values().forEach(missing -> missing.remove(block));
    }
    ail.values().removeIf(TreeSet::isEmpty);
  }

  /** The life ends: its journal was closed or replayed, and all of it is in place. */
  void end() {
    state(false)
        .forEach(
            (block, content) -> {
              if (content != null) {
                inPlace.put(block, content);
              }
            });
    acknowledged.clear();
    beforeNewest = null;
    cache.clear();
    cache.putAll(inPlace);
    ail.clear();
    firstBlocks.clear();
    opened = null;
  }

  /** What blocks must hold; null where revokes leave open what is there. */
  Map<Long, @Nullable Long> state(boolean withLast) {
    TreeMap<Long, @Nullable Long> log = new TreeMap<>(acknowledged);
    TreeMap<Long, @Nullable Long> last = unacknowledged;
    if (withLast && last != null) {
      log.putAll(last);
    }
    return state(log);
  }

  /** All that blocks may hold when seals mean nothing: the log ends with a header. */
  List<Map<Long, @Nullable Long>> statesWithoutSeal() {
    List<Map<Long, @Nullable Long>> states = new ArrayList<>(List.of(state(false), state(true)));
    if (beforeNewest != null) {
      states.add(state(beforeNewest));
    }
    return states;
  }

  private Map<Long, @Nullable Long> state(TreeMap<Long, @Nullable Long> log) {
    TreeMap<Long, @Nullable Long> state = new TreeMap<>(inPlace);
    state.putAll(log);
    // A revoked block was in place before, and stays.
    state.replaceAll((block, content) -> content == null ? inPlace.get(block) : content);
    return state;
  }

  /**
   * Whether the flush that was under way is there: if one of its blocks is, all must be.
   *
   * @return null when it has no block that could tell
   */
  @Nullable Boolean hasLanded() {
    TreeMap<Long, @Nullable Long> last = unacknowledged;
    if (last == null) {
      return false;
    }
    LongPredicate isThere =
        block -> {
          long content = Objects.requireNonNull(last.get(block));
          return content(block, content).content().equals(image.read(block));
        };
    return last.entrySet().stream()
        .filter(each -> each.getValue() != null)
        .findFirst()
        .map(each -> isThere.test(each.getKey()))
        .orElse(null);
  }
}
