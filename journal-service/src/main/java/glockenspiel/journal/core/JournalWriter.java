package glockenspiel.journal.core;

import glockenspiel.journal.device.BlockDevice;
import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.ondisk.log.LogFlags;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes one journal, for as long as one epoch has it open. One flush at a time: content, sync,
 * header, sync, answer. The numbers in comments are the steps of docs/protocols/journal.md, "An
 * append".
 */
final class JournalWriter {
  private final SerialOwner owner;
  private final BlockDevice device;
  private final GroupSync groupSync;
  private final HeaderClock clock;
  private final Geometry geometry;
  private final JournalLayout layout;
  private final EpochFence fence;
  private final LogRing ring;
  private StatfsChange localStatfs;
  private boolean clean;

  JournalWriter(
      SerialOwner owner,
      BlockDevice device,
      GroupSync groupSync,
      HeaderClock clock,
      Geometry geometry,
      JournalLayout layout,
      EpochFence fence,
      LogRing ring,
      LogHeader head) {
    this.owner = owner;
    this.device = device;
    this.groupSync = groupSync;
    this.clock = clock;
    this.geometry = geometry;
    this.layout = layout;
    this.fence = fence;
    this.ring = ring;
    this.localStatfs = head.localStatfs();
    this.clean = head.isClean();
  }

  LogRing ring() {
    return ring;
  }

  /** Whether the newest durable header is a clean one: nothing was appended yet. */
  boolean isClean() {
    return clean;
  }

  /**
   * Appends one flush that was checked; none other may be under way. Needs no task: whoever
   * completes a step begins the next one.
   *
   * @throws StorageException when it is refused; nothing was written then
   */
  Promise<Appended> append(long epoch, LogFlush flush) {
    fence.requireOpen(epoch);
    groupSync.requireHealthy();
    long tail = ring.tailOf(flush);
    long length = FlushLayout.length(geometry, flush);
    ring.requireRoom(length, tail);
    return new Flushing(epoch, flush, tail, length).begin();
  }

  /** One flush on its way to the device. */
  private final class Flushing {
    private final long epoch;
    private final LogFlush flush;
    private final long tail;
    private final long length;
    private final long first;
    private final long position;
    private final StatfsChange local;
    private final Promise<Appended> answer = new Promise<>();

    Flushing(long epoch, LogFlush flush, long tail, long length) {
      this.epoch = epoch;
      this.flush = flush;
      this.tail = tail;
      this.length = length;
      this.first = ring.next();
      this.position = extents().plus(ring.head(), length);
      this.local = change(flush.localStatfs());
    }

    Promise<Appended> begin() {
      if (length > 1) {
        // 2. The content, durable before a header can make it count.
        List<DeviceWrite> content = place(first, FlushLayout.blocks(geometry, flush));
        step(() -> content, this::end);
      } else {
        end();
      }
      return answer;
    }

    /**
     * 3. Rule 3: the epoch is looked at again in the slice that hands over the header. A header
     * that followed its content after a fence could end a journal that is being replayed.
     */
    private void end() {
      step(
          () -> List.of(place(header(ring.sequence() + 1, flush.flags(), tail, position, local))),
          this::durable);
    }

    /**
     * 4. Durable: even if the epoch was fenced meanwhile, a replay finds it. So the answer is true.
     */
    private void durable() {
      ring.advance(length, tail);
      localStatfs = local;
      clean = false;
      answer.complete(new Appended(ring.sequence(), first, position));
    }

    private void step(Supplier<List<DeviceWrite>> writes, Runnable next) {
      try {
        groupSync
            .durable(fence.submit(epoch, () -> device.write(writes.get())))
            .whenDone((done, failure) -> stepDone(failure, next));
      } catch (RuntimeException failure) {
        failed(failure);
      }
    }

    private void stepDone(@Nullable RuntimeException failure, Runnable next) {
      if (failure == null) {
        next.run();
      } else {
        failed(failure);
      }
    }

    private void failed(RuntimeException failure) {
      if (failure instanceof StorageException known) {
        fail(epoch, known);
      }
      answer.fail(failure);
    }
  }

  /**
   * Writes the clean header of an orderly unmount; CLOSING keeps everything else away (rule 7).
   * Only inside a task.
   */
  void close(long epoch) {
    long position = ring.next();
    int flags = LogFlags.UNMOUNT | LogFlags.LFC_SHUTDOWN;
    LogHeader header = header(ring.sequence() + 1, flags, position, position, localStatfs);
    try {
      durable(fence.submitClosing(epoch, () -> device.write(List.of(place(header)))));
    } catch (StorageException failure) {
      fail(epoch, failure);
      throw failure;
    }
    ring.advance(1, position);
    clean = true;
  }

  /**
   * Waits until a write is durable: done itself, and in a sync that began after it was handed over.
   * Nobody can answer before that, because there is nothing else to wait for.
   */
  private void durable(Promise<@Nullable Void> write) {
    owner.await(groupSync.durable(write));
  }

  /**
   * What is in the journal behind the durable head is unknown now: no header may ever follow it.
   */
  private void fail(long epoch, StorageException failure) {
    if (fence.epoch() == epoch
        && failure.reason() != StorageException.Reason.STALE_EPOCH
        && failure.reason() != StorageException.Reason.JOURNAL_NOT_OPEN) {
      fence.fail(String.valueOf(failure.getMessage()));
    }
  }

  private LogHeader header(long sequence, int flags, long tail, long position, StatfsChange local) {
    long now = clock.epochNanos();
    return LogHeader.of(
        sequence,
        flags,
        tail,
        position,
        Math.floorDiv(now, 1_000_000_000L),
        (int) Math.floorMod(now, 1_000_000_000L),
        extents().blockAt(position),
        layout.inode(),
        layout.statfsChange(),
        layout.quotaChange(),
        local);
  }

  private DeviceWrite place(LogHeader header) {
    ByteBuffer buffer = ByteBuffer.allocate(geometry.blockSize());
    header.write(buffer);
    return new DeviceWrite(extents().blockAt(header.position()) << geometry.blockShift(), buffer);
  }

  private List<DeviceWrite> place(long first, List<ByteBuffer> blocks) {
    List<DeviceWrite> writes = new ArrayList<>(blocks.size());
    for (int i = 0; i < blocks.size(); i++) {
      long block = extents().blockAt(extents().plus(first, i));
      writes.add(new DeviceWrite(block << geometry.blockShift(), blocks.get(i)));
    }
    return writes;
  }

  private JournalExtents extents() {
    return layout.extents();
  }

  private static StatfsChange change(StatfsCounts counts) {
    return new StatfsChange(counts.total(), counts.free(), counts.dinodes());
  }
}
