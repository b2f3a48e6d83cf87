package glockenspiel.node.transaction;

import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.runtime.state.InvariantViolation;
import glockenspiel.runtime.task.Promise;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The blocks that a node has read or changed, each under the glock that allows it to trust them.
 *
 * <p>Clean blocks beyond the limit are dropped, the longest unused first. Whoever keeps a {@link
 * CachedBlock} over an await {@link #enter}s before it is read; what was read since then stays.
 */
public final class BlockCache {
  /** Somebody who keeps blocks over awaits. */
  public final class Use implements AutoCloseable {
    private final long since;

    private Use() {
      since = ++tick;
    }

    /** No block is kept any more. Closing twice does nothing. */
    @Override
    public void close() {
      if (uses.remove(since, this)) {
        evictSoon();
      }
    }
  }

  private final NodeStorage storage;
  private final int blockSize;
  private final long bytesMax;
  // In order of use, so that eviction finds the oldest first.
  private final LinkedHashMap<Long, CachedBlock> blocks = new LinkedHashMap<>(16, 0.75f, true);
  private final TreeMap<GlockName, TreeMap<Long, CachedBlock>> byGlock = new TreeMap<>();
  private final Map<Long, Promise<CachedBlock>> reading = new LinkedHashMap<>();
  private final TreeMap<Long, Use> uses = new TreeMap<>();
  private long tick;
  private boolean evictionDue;

  /** An empty cache that reads through the storage. */
  public BlockCache(NodeStorage storage, int blockSize, long bytesMax) {
    this.storage = storage;
    this.blockSize = blockSize;
    this.bytesMax = bytesMax;
  }

  /**
   * What is read from now on stays until the use is closed. For a short while only: nothing read
   * since is evicted meanwhile.
   */
  public Use enter() {
    Use use = new Use();
    uses.put(use.since, use);
    return use;
  }

  /** Bytes of all cached blocks. */
  public long bytes() {
    return (long) blocks.size() * blockSize;
  }

  /**
   * A metadata block, from the cache or read now; its type is checked in both cases.
   *
   * @param glock what the caller holds
   * @throws WithdrawnException when it cannot be read
   * @throws glockenspiel.ondisk.CorruptBlockException when it has another type
   */
  public CachedBlock read(GlockName glock, long block, MetaType type) {
    CachedBlock cached = blocks.get(block);
    if (cached == null || reading.containsKey(block)) {
      return readAll(glock, List.of(block), type).getFirst();
    }
    use(glock, cached);
    MetaHeader.check(cached.content(), block, type);
    return cached;
  }

  /** Several metadata blocks of one type, with one request for all that are not cached. */
  public List<CachedBlock> readAll(GlockName glock, List<Long> wanted, MetaType type) {
    List<CachedBlock> found = fetch(glock, wanted, true);
    for (CachedBlock block : found) {
      MetaHeader.check(block.content(), block.number(), type);
    }
    return found;
  }

  /** Metadata blocks of several types, which the caller's views check. */
  public List<CachedBlock> readUnchecked(GlockName glock, List<Long> wanted) {
    return fetch(glock, wanted, true);
  }

  /** Whether the block is cached, so that it need not be read. */
  public boolean isCached(long block) {
    return blocks.containsKey(block);
  }

  /**
   * Blocks of file data, with one request for all that are not cached.
   *
   * @throws glockenspiel.protocol.storage.StorageException when they cannot be read
   */
  public List<CachedBlock> readData(GlockName glock, List<Long> wanted) {
    return fetch(glock, wanted, false);
  }

  private List<CachedBlock> fetch(GlockName glock, List<Long> wanted, boolean metadata) {
    try (Use use = enter()) {
      List<Long> missing = new ArrayList<>();
      for (long block : wanted) {
        CachedBlock cached = blocks.get(block);
        if (cached != null) {
          cached.used(use.since);
        } else if (!reading.containsKey(block) && !missing.contains(block)) {
          missing.add(block);
        }
      }
      if (!missing.isEmpty()) {
        readMissing(glock, missing, metadata);
      }
      List<CachedBlock> found = new ArrayList<>(wanted.size());
      for (long block : wanted) {
        found.add(cachedOrAwaited(glock, block));
      }
      return found;
    }
  }

  private CachedBlock cachedOrAwaited(GlockName glock, long block) {
    Promise<CachedBlock> other = reading.get(block);
    CachedBlock cached = other == null ? cachedNow(block) : storage.await(other);
    use(glock, cached);
    return cached;
  }

  private void use(GlockName glock, CachedBlock cached) {
    if (!cached.glock().equals(glock)) {
      throw new InvariantViolation(cached + " is used under glock " + glock);
    }
    cached.used(++tick);
  }

  private CachedBlock cachedNow(long block) {
    CachedBlock cached = blocks.get(block);
    if (cached == null) {
      throw new InvariantViolation(
          "block 0x" + Long.toHexString(block) + " was evicted while in use");
    }
    return cached;
  }

  private void readMissing(GlockName glock, List<Long> missing, boolean metadata) {
    Map<Long, Promise<CachedBlock>> promises = new LinkedHashMap<>();
    for (long block : missing) {
      promises.put(block, new Promise<>());
    }
    reading.putAll(promises);
    try {
      List<ByteBuffer> contents =
          metadata ? storage.readMetadata(missing) : storage.readData(missing);
      for (int i = 0; i < missing.size(); i++) {
        CachedBlock cached = new CachedBlock(missing.get(i), glock, contents.get(i));
        add(cached);
        reading.remove(cached.number());
      }
      promises.forEach((block, promise) -> promise.complete(cachedNow(block)));
    } catch (RuntimeException failure) {
      promises.forEach(
          (block, promise) -> {
            reading.remove(block, promise);
            promise.fail(failure);
          });
      throw failure;
    }
    evictSoon();
  }

  private void add(CachedBlock block) {
    block.used(++tick);
    if (blocks.put(block.number(), block) != null) {
      throw new InvariantViolation(block + " is cached twice");
    }
    byGlock.computeIfAbsent(block.glock(), ignored -> new TreeMap<>()).put(block.number(), block);
  }

  /** A block that is made anew: nothing is read, all bytes are 0. */
  CachedBlock create(GlockName glock, long number) {
    CachedBlock old = blocks.get(number);
    if (old != null) {
      // Left over from the block's former owner, whose glock was not demoted since.
      if (old.state() != CachedBlock.State.CLEAN) {
        throw new InvariantViolation(old + " is allocated anew");
      }
      remove(old);
    }
    CachedBlock block = new CachedBlock(number, glock, ByteBuffer.allocate(blockSize));
    add(block);
    return block;
  }

  /** Takes a freed block out; null when it was not cached. */
  @Nullable CachedBlock drop(long number) {
    CachedBlock block = blocks.get(number);
    if (block != null) {
      remove(block);
      block.become(CachedBlock.State.FREED);
    }
    return block;
  }

  private void remove(CachedBlock block) {
    blocks.remove(block.number());
    TreeMap<Long, CachedBlock> siblings = byGlock.get(block.glock());
    if (siblings != null) {
      siblings.remove(block.number());
      if (siblings.isEmpty()) {
        byGlock.remove(block.glock());
      }
    }
  }

  /** Whether the object is the one that the cache has for its block. */
  boolean has(CachedBlock block) {
    return blocks.get(block.number()) == block;
  }

  /** The cached block, or null, without counting as a use by an operation. */
  @Nullable CachedBlock peek(long number) {
    return blocks.get(number);
  }

  /** Whether a block of the glock has changes that no flush has made durable. */
  boolean hasUnflushed(GlockName glock) {
    TreeMap<Long, CachedBlock> owned = byGlock.get(glock);
    return owned != null && owned.values().stream().anyMatch(CachedBlock::isUnflushed);
  }

  /** Drops the blocks of a glock, none of which was changed. */
  public void forget(GlockName glock) {
    invalidate(glock, false);
  }

  /** Drops all blocks of a glock. */
  void invalidate(GlockName glock, boolean evenChanged) {
    TreeMap<Long, CachedBlock> owned = byGlock.remove(glock);
    if (owned == null) {
      return;
    }
    for (CachedBlock block : owned.values()) {
      if (!evenChanged && block.state() != CachedBlock.State.CLEAN) {
        throw new InvariantViolation("rule 6: " + block + " is dropped");
      }
      blocks.remove(block.number());
    }
  }

  /** Drops everything, changed or not. */
  void clear() {
    blocks.clear();
    byGlock.clear();
  }

  /**
   * Has the cache brought to its limit after the present slice: what a task has just read is its
   * own until it awaits something.
   */
  void evictSoon() {
    if (!evictionDue && bytes() > bytesMax) {
      evictionDue = true;
      storage.owner().execute(this::evict);
    }
  }

  /** Drops clean blocks until the limit is kept, or all the rest is in use. */
  private void evict() {
    evictionDue = false;
    long inUseSince = uses.isEmpty() ? Long.MAX_VALUE : uses.firstKey();
    List<CachedBlock> evicted = new ArrayList<>();
    long bytes = bytes();
    Iterator<CachedBlock> oldest = blocks.values().iterator();
    while (bytes > bytesMax && oldest.hasNext()) {
      CachedBlock block = oldest.next();
      if (block.lastUse() >= inUseSince) {
        break;
      }
      if (block.state() == CachedBlock.State.CLEAN) {
        evicted.add(block);
        bytes -= blockSize;
      }
    }
    evicted.forEach(this::remove);
  }
}
