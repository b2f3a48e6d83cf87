package glockenspiel.node.transaction;

import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.log.LogFlags;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.runtime.state.InvariantViolation;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The log of one mounted node: lets transactions begin, gathers what they commit, and has it
 * flushed on demand, when it grows, and after a while. The steps are numbered in
 * docs/protocols/transactions.md.
 */
public final class NodeLog {
  private static final long FLUSH_BLOCKS_WANTED_MAX = 2048;

  private final NodeStorage storage;
  private final BlockCache cache;
  private final Geometry geometry;
  private final LogSettings settings;
  private final ActiveRegion region = new ActiveRegion();
  private final JournalSpace space;
  private final WriteBack writeBack;
  private final Flusher flusher;
  private final Admission admission;
  private StatfsCounts localStatfs = StatfsCounts.ZERO;
  private SerialOwner.@Nullable Timer timer;

  /** The log of a journal that was just opened: nothing is in its active region. */
  public NodeLog(NodeStorage storage, BlockCache cache, Geometry geometry, LogSettings settings) {
    this.storage = storage;
    this.cache = cache;
    this.geometry = geometry;
    this.settings = settings;
    this.space = new JournalSpace(storage.journal());
    this.writeBack = new WriteBack(storage, cache, region, settings);
    this.admission = new Admission(this::hasRoom);
    this.flusher = new Flusher(this, storage, geometry, region, space, writeBack, admission);
  }

  /**
   * Runs a change as one transaction. The body must have checked everything before its first
   * change: what it throws afterwards makes the node withdraw, because half a change cannot be
   * taken back.
   *
   * @param reservation an upper bound of what the body changes and frees
   * @throws WithdrawnException when the node withdraws before or while it runs
   */
  public <T extends @Nullable Object> T transact(
      Reservation reservation, Function<Transaction, T> body) {
    Transaction transaction = begin(reservation);
    T result;
    try {
      result = body.apply(transaction);
      transaction.commit();
    } catch (RuntimeException failure) {
      if (transaction.isChanged()) {
        throw storage.broken("in a transaction", failure);
      }
      transaction.abandon();
      throw failure;
    }
    return result;
  }

  private Transaction begin(Reservation reservation) {
    storage.requireActive();
    if (reservation.flushBlocks(geometry) > space.flushBlocksMax()) {
      throw new InvariantViolation(
          reservation + " is more than half of a journal of " + storage.journal().blocks());
    }
    Promise<@Nullable Void> admitted = admission.begin(reservation);
    makeRoom();
    storage.await(admitted);
    return new Transaction(this, reservation);
  }

  private boolean hasRoom(Reservation open) {
    Gather gathering = flusher.gathering();
    return gathering.size().plus(open).flushBlocks(geometry) <= space.flushBlocksMax()
        && dataBytes() <= 2 * settings.dataBytesMax();
  }

  private long dataBytes() {
    return (long) flusher.gathering().orderedData.size() * geometry.blockSize();
  }

  private void makeRoom() {
    if (admission.isShort() && !flusher.gathering().isEmpty()) {
      flusher.flush(LogFlags.LFC_LOGD_JFLUSH_REQD);
    }
  }

  /** A transaction has ended; what it changed is gathered. */
  void ended(Reservation reservation) {
    admission.end(reservation);
    Gather gathering = flusher.gathering();
    if (gathering.isEmpty()) {
      return;
    }
    long wantedAt = Math.min(space.flushBlocksMax() / 2, FLUSH_BLOCKS_WANTED_MAX);
    if (gathering.size().flushBlocks(geometry) >= wantedAt
        || dataBytes() >= settings.dataBytesMax()) {
      flusher.flush(LogFlags.LFC_LOGD_JFLUSH_REQD);
    } else if (timer == null) {
      timer = storage.owner().after(settings.flushInterval().toNanos(), this::flushByTimer);
    }
    makeRoom();
  }

  private void flushByTimer() {
    timer = null;
    if (!storage.isAborted()) {
      flusher.flush(LogFlags.FLUSH_NORMAL);
    }
  }

  /**
   * Makes everything that was committed before the call durable.
   *
   * @param flags {@link LogFlags} that say who wants it
   */
  public void flush(int flags) {
    storage.await(flusher.flush(flags));
  }

  /** Whether a block is free in the bitmap, but must not be allocated yet. */
  public boolean isPendingFree(long block) {
    return flusher.isPendingFree(block);
  }

  /**
   * How many blocks of {@code first..limit-1} are free in the bitmap, but must not be allocated
   * yet.
   */
  public long pendingFreeIn(long first, long limit) {
    return flusher.pendingFreeIn(first, limit);
  }

  /** The node's own statfs change after all transactions so far. */
  public StatfsCounts localStatfs() {
    return localStatfs;
  }

  /** Tells the value that the mount found on disk; afterwards transactions change it. */
  public void setLocalStatfs(StatfsCounts counts) {
    localStatfs = counts;
  }

  /** Whether {@link #syncGlock} has nothing to do. */
  boolean isClean(GlockName glock) {
    return !cache.hasUnflushed(glock) && !region.hasImagesOf(glock);
  }

  /**
   * Before EX of the glock is lowered: rule 6 holds for it when this returns.
   *
   * @param flags {@link LogFlags} that say why
   */
  public void syncGlock(GlockName glock, int flags) {
    if (cache.hasUnflushed(glock)) {
      flush(flags);
    }
    writeBack.writeGlock(glock);
    if (!region.imagesOf(glock).isEmpty()) {
      for (LoggedBlock image : region.imagesOf(glock)) {
        flusher.gathering().revokes.add(image.number());
      }
      flush(flags | LogFlags.LFC_AIL_EMPTY_GL);
    }
    if (cache.hasUnflushed(glock) || !region.imagesOf(glock).isEmpty()) {
      throw new InvariantViolation("rule 6: glock " + glock + " still has blocks in the journal");
    }
  }

  /**
   * Brings everything in place and moves the tail past all of it: a replay would find nothing to
   * write.
   */
  public void empty() {
    empty(LogFlags.FLUSH_SHUTDOWN | LogFlags.LFC_SHUTDOWN);
  }

  /**
   * Brings everything in place, says so with a clean header, and keeps the log still: until {@link
   * #thaw} nothing of this node reaches the volume. The caller lets no transaction begin before
   * that, and none is open.
   *
   * <p>Is there a problem if the header says clean although the journal stays open? No: its epoch
   * is open at the journal-service, so whoever looks at it after the node's death fences and
   * replays it all the same. The first flush after the thaw is behind it, and dirty.
   */
  public void freeze() {
    int flags = LogFlags.FLUSH_FREEZE | LogFlags.LFC_FREEZE_GO_SYNC;
    empty(flags);
    // Nothing is in the journal or gathered, and no transaction can change that: no demote can
    // have anything to revoke, and this flush is the header alone.
    storage.await(flusher.flushEvenNothing(flags | LogFlags.UNMOUNT));
    storage.freeze();
    stopTimers();
  }

  /** Transactions may begin. */
  public void thaw() {
    storage.thaw();
  }

  private void empty(int flags) {
    flush(flags);
    // A demote may still come and revoke something meanwhile.
    while (region.size() > 0 || !flusher.gathering().isEmpty()) {
      writeBack.writeAll();
      storage.await(flusher.flushEvenNothing(flags));
    }
    stopTimers();
  }

  /**
   * The node withdraws: drops what was not durable. {@link NodeStorage#abort} has told those who
   * wait.
   */
  public void abort() {
    stopTimers();
    cache.clear();
  }

  private void stopTimers() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    writeBack.cancelTimer();
  }

  NodeStorage storage() {
    return storage;
  }

  BlockCache cache() {
    return cache;
  }

  /** Puts a block into the gathered set; returns how many images that adds. */
  int pin(CachedBlock block, boolean journaledData) {
    requireCached(block);
    if (block.state() == CachedBlock.State.PINNED) {
      return 0;
    }
    block.become(CachedBlock.State.PINNED);
    Gather gathering = flusher.gathering();
    (journaledData ? gathering.journaledData : gathering.metadata).put(block.number(), block);
    // An image behind the revoke would be wanted by a replay: the revoke must not be sent with it.
    gathering.revokes.remove(block.number());
    return 1;
  }

  /** Puts a block of file data into the set that is written in place before the next flush. */
  void dirty(CachedBlock block) {
    requireCached(block);
    if (block.state() != CachedBlock.State.DIRTY) {
      block.become(CachedBlock.State.DIRTY);
      flusher.gathering().orderedData.put(block.number(), block);
    }
  }

  /** A block is freed; returns how many revokes that adds. */
  int free(long number) {
    Gather gathering = flusher.gathering();
    cache.drop(number);
    gathering.metadata.remove(number);
    gathering.journaledData.remove(number);
    gathering.orderedData.remove(number);
    gathering.freed.add(number);
    return region.imageOf(number) != null && gathering.revokes.add(number) ? 1 : 0;
  }

  private void requireCached(CachedBlock block) {
    if (!cache.has(block)) {
      throw new InvariantViolation(block + " is changed, but is not in the cache any more");
    }
  }
}
