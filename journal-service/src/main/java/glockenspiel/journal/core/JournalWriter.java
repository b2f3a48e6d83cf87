package glockenspiel.journal.core;

import glockenspiel.journal.device.BlockDevice;
import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.ondisk.log.LogFlags;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.ondisk.log.SealedHeader;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes one journal, for as long as one epoch has it open. One flush at a time: content and seal,
 * sync, answer; its header goes with the next flush, or alone after a moment. The numbers in
 * comments are the steps of docs/protocols/journal.md, "An append".
 */
final class JournalWriter {
  /** How long a header waits for a flush that takes it along: longer than a round of many nodes. */
  static final long SETTLE_NANOS = 10_000_000;

  private final SerialOwner owner;
  private final BlockDevice device;
  private final GroupSync groupSync;
  private final HeaderClock clock;
  private final Geometry geometry;
  private final JournalLayout layout;
  private final EpochFence fence;
  private final LogRing ring;
  private final long epoch;
  private StatfsChange localStatfs;
  private boolean clean;
  private @Nullable OwedHeader owed;
  private boolean timerRuns;

  JournalWriter(
      SerialOwner owner,
      BlockDevice device,
      GroupSync groupSync,
      HeaderClock clock,
      Geometry geometry,
      JournalLayout layout,
      EpochFence fence,
      LogRing ring,
      LogHeader head,
      @Nullable SealedHeader sealed) {
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
    this.epoch = fence.epoch();
    if (sealed != null) {
      owe(sealed);
    }
  }

  LogRing ring() {
    return ring;
  }

  /** Whether the newest durable header is a clean one: nothing was appended yet, or a freeze's. */
  boolean isClean() {
    return clean;
  }

  /**
   * Appends one flush that was checked; none other may be under way. Needs no task: whoever
   * completes a step begins the next one.
   *
   * @throws StorageException when it is refused; nothing was written then
   */
  Promise<Appended> append(long callerEpoch, FlushLayout flush) {
    groupSync.requireHealthy();
    fence.requireOpen(callerEpoch);
    long tail = ring.tailOf(flush.flush());
    ring.requireRoom(flush.length(), tail);
    return new Flushing(flush, tail).begin();
  }

  /**
   * Done when the header of every flush that was acknowledged is durable, so that Linux would find
   * all of them. Needs no task.
   */
  Promise<@Nullable Void> settled() {
    OwedHeader header = owed;
    if (header == null) {
      return Promise.of(null);
    }
    if (!header.isHandedOver()) {
      settle(header);
    }
    return header.durable();
  }

  private void settle(OwedHeader header) {
    try {
      groupSync
          .durable(
              fence.submit(epoch, () -> device.write(List.of(place(header.handOver(), false)))))
          .whenDone((_, failure) -> settled(header, failure));
    } catch (StorageException refused) {
      // Fenced, or failed before: what the journal lacks is the replay's to write.
      header.end(refused);
    }
  }

  private void settled(OwedHeader header, @Nullable RuntimeException failure) {
    if (failure == null) {
      if (owed == header) {
        owed = null;
      }
    } else {
      fail(failure);
    }
    header.end(failure);
  }

  private void owe(SealedHeader sealed) {
    owed = new OwedHeader(sealed, owner.nowNanos());
    if (!timerRuns) {
      settleLater(SETTLE_NANOS);
    }
  }

  private void settleLater(long nanos) {
    timerRuns = true;
    var _ =
        owner.after(
            nanos,
            () -> {
              timerRuns = false;
              settleIfIdle();
            });
  }

  /** Nobody has taken the header along for a while: it goes alone. */
  private void settleIfIdle() {
    OwedHeader header = owed;
    if (header == null || header.isHandedOver()) {
      return;
    }
    long left = header.sinceNanos() + SETTLE_NANOS - owner.nowNanos();
    if (left > 0) {
      settleLater(left);
    } else {
      settle(header);
    }
  }

  /** One flush on its way to the device. */
  private final class Flushing {
    private final FlushLayout flush;
    private final long tail;
    private final long length;
    private final long first;
    private final long position;
    private final boolean letsGo;
    private final StatfsChange local;
    private final Promise<Appended> answer = new Promise<>();

    Flushing(FlushLayout flush, long tail) {
      this.flush = flush;
      this.tail = tail;
      this.length = flush.length();
      this.first = ring.next();
      this.position = extents().plus(ring.head(), length);
      this.letsGo = !flush.flush().revokes().isEmpty() || (!clean && tail != ring.tail());
      this.local = change(flush.flush().localStatfs());
    }

    Promise<Appended> begin() {
      OwedHeader before = owed;
      if (before != null && (before.isHandedOver() || length == 1)) {
        settled().whenDone((_, failure) -> then(failure, this::begin));
      } else if (length == 1) {
        // Nothing to seal: it is a header at once.
        write(() -> List.of(place(header())), this::durable);
      } else {
        seal(before);
      }
      return answer;
    }

    /** 2. The content and its seal; with the header that the flush before still owes. */
    private void seal(@Nullable OwedHeader before) {
      List<ByteBuffer> content = flush.blocks();
      SealedHeader sealed = flush.seal(header());
      write(
          () -> {
            List<DeviceWrite> writes = new ArrayList<>(content.size() + 2);
            if (before != null) {
              writes.add(place(before.handOver(), false));
            }
            place(first, content, writes);
            writes.add(place(sealed, true));
            return writes;
          },
          failure -> {
            if (before != null && before.isHandedOver()) {
              before.end(failure);
            }
            then(failure, () -> sealed(sealed));
          });
    }

    /**
     * 3. The seal is durable: all of the flush is, and a replay finds it. What it lets go, somebody
     * else may take as soon as it is answered: that needs the header, or Linux would not know.
     */
    private void sealed(SealedHeader sealed) {
      advance();
      owe(sealed);
      if (letsGo) {
        settled().whenDone((_, failure) -> then(unknown(failure), this::answer));
      } else {
        answer();
      }
    }

    /** Fenced in between: it counts, so that it must not be called refused. */
    private @Nullable RuntimeException unknown(@Nullable RuntimeException failure) {
      if (failure instanceof StorageException known
          && known.reason() == StorageException.Reason.STALE_EPOCH) {
        String what =
            "journal %d epoch %d: flush %d is durable, but was fenced before its log header: a replay takes it"
                .formatted(layout.jid(), epoch, ring.sequence());
        return new StorageException(StorageException.Reason.IO_ERROR, what, known);
      }
      return failure;
    }

    private void durable(@Nullable RuntimeException failure) {
      then(
          failure,
          () -> {
            advance();
            answer();
          });
    }

    private void advance() {
      ring.advance(length, tail);
      localStatfs = local;
      clean = (flush.flush().flags() & LogFlags.UNMOUNT) != 0;
    }

    /**
     * 4. Durable: even if the epoch was fenced meanwhile, a replay finds it. So the answer is true.
     */
    private void answer() {
      answer.complete(new Appended(ring.sequence(), first, position));
    }

    /** Rule 3: the epoch is looked at in the slice that hands the flush over. */
    private void write(
        Supplier<List<DeviceWrite>> writes, Consumer<@Nullable RuntimeException> end) {
      Promise<@Nullable Void> done;
      try {
        done = groupSync.durable(fence.submit(epoch, () -> device.write(writes.get())));
      } catch (RuntimeException refused) {
        end.accept(refused);
        return;
      }
      done.whenDone((_, failure) -> end.accept(failure));
    }

    private void then(@Nullable RuntimeException failure, Runnable next) {
      if (failure == null) {
        next.run();
      } else {
        fail(failure);
        answer.fail(failure);
      }
    }

    private LogHeader header() {
      return JournalWriter.this.header(
          ring.sequence() + 1, flush.flush().flags(), tail, position, local);
    }
  }

  /**
   * Writes the clean header of an orderly unmount; CLOSING keeps everything else away (rule 7).
   * Only inside a task.
   */
  void close() {
    long position = ring.next();
    int flags = LogFlags.UNMOUNT | LogFlags.LFC_SHUTDOWN;
    LogHeader header = header(ring.sequence() + 1, flags, position, position, localStatfs);
    try {
      durable(fence.submitClosing(epoch, () -> device.write(List.of(place(header)))));
    } catch (StorageException failure) {
      fail(failure);
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
  private void fail(RuntimeException failure) {
    if (failure instanceof StorageException known
        && fence.epoch() == epoch
        && known.reason() != StorageException.Reason.STALE_EPOCH
        && known.reason() != StorageException.Reason.JOURNAL_NOT_OPEN) {
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

  private DeviceWrite place(SealedHeader header, boolean sealed) {
    ByteBuffer buffer = ByteBuffer.allocate(geometry.blockSize());
    if (sealed) {
      header.write(buffer);
    } else {
      header.writeOpened(buffer);
    }
    long block = extents().blockAt(header.header().position());
    return new DeviceWrite(block << geometry.blockShift(), buffer);
  }

  private void place(long first, List<ByteBuffer> blocks, List<DeviceWrite> writes) {
    for (int i = 0; i < blocks.size(); i++) {
      long block = extents().blockAt(extents().plus(first, i));
      writes.add(new DeviceWrite(block << geometry.blockShift(), blocks.get(i)));
    }
  }

  private JournalExtents extents() {
    return layout.extents();
  }

  private static StatfsChange change(StatfsCounts counts) {
    return new StatfsChange(counts.total(), counts.free(), counts.dinodes());
  }
}
