package glockenspiel.node.transaction;

import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.log.LogFlags;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.runtime.task.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Sends what is gathered to the journal, one flush at a time; while one is on its way the next
 * gathers.
 *
 * <pre>
 *   transactions --commit--> gathering --snapshot--> sending --durable--> active region (AIL) --in place, tail passed--> gone
 * </pre>
 */
final class Flusher {
  private final NodeLog log;
  private final NodeStorage storage;
  private final Geometry geometry;
  private final ActiveRegion region;
  private final JournalSpace space;
  private final WriteBack writeBack;
  private final Admission admission;
  private Gather gathering = new Gather();
  private @Nullable Gather sending;
  private boolean running;

  /** The node's statfs change as of the newest durable flush; null before the first. */
  private @Nullable StatfsCounts durableStatfs;

  Flusher(
      NodeLog log,
      NodeStorage storage,
      Geometry geometry,
      ActiveRegion region,
      JournalSpace space,
      WriteBack writeBack,
      Admission admission) {
    this.log = log;
    this.storage = storage;
    this.geometry = geometry;
    this.region = region;
    this.space = space;
    this.writeBack = writeBack;
    this.admission = admission;
  }

  /** What the next flush takes. Another object after each snapshot. */
  Gather gathering() {
    return gathering;
  }

  boolean isPendingFree(long block) {
    Gather underWay = sending;
    return gathering.freed.contains(block) || (underWay != null && underWay.freed.contains(block));
  }

  long pendingFreeIn(long first, long limit) {
    Gather underWay = sending;
    return gathering.freed.countIn(first, limit)
        + (underWay == null ? 0 : underWay.freed.countIn(first, limit));
  }

  /** Completed when everything that is committed now is durable. */
  Promise<@Nullable Void> flush(int flags) {
    if (gathering.isEmpty()) {
      return sending == null ? Promise.of(null) : sending.durable;
    }
    return begin(flags);
  }

  /** The same, but a header is written in any case, so that the tail moves. */
  Promise<@Nullable Void> flushEvenNothing(int flags) {
    gathering.wantTail();
    return begin(flags);
  }

  private Promise<@Nullable Void> begin(int flags) {
    gathering.want(flags);
    if (!running) {
      running = true;
      storage.owner().start("log-flush", this::run);
    }
    return gathering.durable;
  }

  private @Nullable Void run() {
    try {
      while (gathering.isWanted() && !storage.isAborted()) {
        flushOnce();
      }
    } catch (RuntimeException failure) {
      // Whoever waits for a flush waits through NodeStorage, which has told them now.
      throw storage.broken("log flush", failure);
    } finally {
      running = false;
    }
    return null;
  }

  private void flushOnce() {
    storage.await(admission.close());
    Gather gather = gathering;
    if (!space.fits(gather.size().flushBlocks(geometry))) {
      writeBack.writeAll();
      appendTailOnly(gather.flags() | LogFlags.LFC_AIL_FLUSH);
    }
    // From here to the reopening nothing is awaited: the snapshot is one instant.
    LoggedFlush tail = movesTail(gather) ? region.tail() : region.first();
    long tailOrdinal = tail == null ? region.newestOrdinal() + 1 : tail.ordinal();
    gather.revokes.removeIf(block -> isBefore(tailOrdinal, region.imageOf(block)));
    LoggedFlush flush = region.begin();
    List<BlockImage> data = writing(gather);
    LogFlush request =
        new LogFlush(
            sent(gather.metadata, flush),
            sent(gather.journaledData, flush),
            List.copyOf(gather.revokes),
            tail == null ? ActiveRegion.NO_TAIL : tail.firstBlock(),
            log.localStatfs(),
            headFlags(gather.flags()));
    sending = gather;
    gathering = new Gather();
    admission.reopen();

    if (!data.isEmpty()) {
      storage.write(data);
      written(gather);
    }
    Appended appended = storage.append(request);
    flush.durable(appended.firstBlock());
    space.appended(appended, request.tail());
    durableStatfs = request.localStatfs();
    durable(gather, tailOrdinal);
  }

  /**
   * Whether the next header says what is in place by now.
   *
   * <p>Is there a problem if every header does? No, but a cost: a flush that lets something go, by
   * a revoke or by its tail, is answered after two device syncs instead of one.
   */
  private boolean movesTail(Gather gather) {
    return gather.isTailWanted()
        || !gather.revokes.isEmpty()
        || space.isWorthLettingGo(region.tail());
  }

  private static boolean isBefore(long tailOrdinal, @Nullable LoggedBlock image) {
    return image == null || image.flush().ordinal() < tailOrdinal;
  }

  private List<BlockImage> writing(Gather gather) {
    List<BlockImage> images = new ArrayList<>(gather.orderedData.size());
    for (CachedBlock block : gather.orderedData.values()) {
      block.become(CachedBlock.State.WRITING);
      images.add(new BlockImage(block.number(), block.handOver()));
    }
    return images;
  }

  private void written(Gather gather) {
    for (CachedBlock block : gather.orderedData.values()) {
      if (block.state() == CachedBlock.State.WRITING) {
        block.become(CachedBlock.State.CLEAN);
      }
    }
  }

  private List<BlockImage> sent(TreeMap<Long, CachedBlock> blocks, LoggedFlush flush) {
    List<BlockImage> images = new ArrayList<>(blocks.size());
    for (CachedBlock block : blocks.values()) {
      block.become(CachedBlock.State.SENT);
      region.add(flush, block);
      images.add(new BlockImage(block.number(), block.handOver()));
    }
    return images;
  }

  /**
   * The flush is on stable storage: its blocks are on the AIL, its revokes hold, its tail has
   * passed.
   */
  private void durable(Gather gather, long tailOrdinal) {
    logged(gather.metadata);
    logged(gather.journaledData);
    gather.revokes.forEach(region::forget);
    region.passed(tailOrdinal);
    if (!gather.freed.isEmpty() || !gather.revokes.isEmpty()) {
      // An older image of a freed block may still be on its way to its place. Nobody may get the
      // block before it has landed.
      writeBack.awaitBatch();
    }
    sending = null;
    gather.durable.complete(null);
    log.cache().evictSoon();
    if (region.tail() != null) {
      writeBack.startSoon(space.isFilling());
    }
  }

  private void logged(TreeMap<Long, CachedBlock> blocks) {
    for (CachedBlock block : blocks.values()) {
      if (block.state() == CachedBlock.State.SENT) {
        block.become(CachedBlock.State.LOGGED);
      }
    }
  }

  /**
   * Appends a header that moves the tail and brings nothing else. Only by the flusher: no flush is
   * on its way.
   *
   * <p>Is there a problem if its statfs counts are the present ones? Yes: they hold what is
   * gathered and may never become durable. A replay that takes them from the header would count it
   * (rule 10).
   */
  private void appendTailOnly(int flags) {
    LoggedFlush tail = region.tail();
    long tailOrdinal = tail == null ? region.newestOrdinal() + 1 : tail.ordinal();
    LoggedFlush flush = region.begin();
    LogFlush request =
        new LogFlush(
            List.of(),
            List.of(),
            List.of(),
            tail == null ? ActiveRegion.NO_TAIL : tail.firstBlock(),
            durableStatfs == null ? log.localStatfs() : durableStatfs,
            headFlags(flags));
    Appended appended = storage.append(request);
    flush.durable(appended.firstBlock());
    space.appended(appended, request.tail());
    region.passed(tailOrdinal);
  }

  private static int headFlags(int flags) {
    int kinds =
        LogFlags.FLUSH_NORMAL
            | LogFlags.FLUSH_SYNC
            | LogFlags.FLUSH_SHUTDOWN
            | LogFlags.FLUSH_FREEZE;
    return (flags & kinds) == 0 ? flags | LogFlags.FLUSH_NORMAL : flags;
  }
}
