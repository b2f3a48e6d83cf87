package glockenspiel.node.transaction;

import glockenspiel.runtime.task.Promise;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What committed transactions have changed and no flush has taken yet; sorted by block. Becomes one
 * flush.
 */
final class Gather {
  /** Pinned metadata. */
  final TreeMap<Long, CachedBlock> metadata = new TreeMap<>();

  /** Pinned file data of inodes whose data goes through the journal. */
  final TreeMap<Long, CachedBlock> journaledData = new TreeMap<>();

  /** Dirty file data, written in place before the flush (ordered mode). */
  final TreeMap<Long, CachedBlock> orderedData = new TreeMap<>();

  /** Blocks that a replay must leave alone. Never one that is pinned here. */
  final TreeSet<Long> revokes = new TreeSet<>();

  /** Blocks that are free, but not to be allocated before this is durable. */
  final BlockRanges freed = new BlockRanges();

  /** Completed when all of it is durable. */
  final Promise<@Nullable Void> durable = new Promise<>();

  private boolean wanted;
  private boolean tailWanted;
  private int flags;

  /** Somebody wants this to become durable now. */
  void want(int logFlags) {
    wanted = true;
    flags |= logFlags;
  }

  /** Its header moves the tail as far as it can, however little that frees. */
  void wantTail() {
    tailWanted = true;
  }

  boolean isTailWanted() {
    return tailWanted;
  }

  boolean isWanted() {
    return wanted;
  }

  int flags() {
    return flags;
  }

  boolean isEmpty() {
    return metadata.isEmpty()
        && journaledData.isEmpty()
        && orderedData.isEmpty()
        && revokes.isEmpty()
        && freed.isEmpty();
  }

  Reservation size() {
    return new Reservation(metadata.size() + journaledData.size(), revokes.size());
  }
}
