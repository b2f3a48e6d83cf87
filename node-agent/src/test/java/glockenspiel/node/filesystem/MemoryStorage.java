package glockenspiel.node.filesystem;

import static org.junit.jupiter.api.Assertions.assertFalse;

import glockenspiel.ondisk.Geometry;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.protocol.storage.VolumeInfo;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The journal-service in memory, for several nodes. Everything takes a while that the seed decides.
 * Checks rules 4 and 5 at every write and append. A crash leaves what was on its way done, undone
 * or torn.
 */
final class MemoryStorage {
  private static final long MICROS = 1_000;

  private final VolumeImage device;
  private final Geometry geometry;
  private final SplittableRandom random;
  private final long journalBlocks;
  private final TreeMap<Integer, MemoryJournal> journals = new TreeMap<>();
  private long epochs;
  private long sequence = 1;

  MemoryStorage(VolumeImage device, long seed, long journalBlocks) {
    this.device = device;
    this.geometry = Geometry.of(device.blockSize());
    this.random = new SplittableRandom(seed);
    this.journalBlocks = journalBlocks;
  }

  VolumeImage device() {
    return device;
  }

  VolumeInfo info() {
    return new VolumeInfo("demo:fs", device.blockSize(), device.count(), 2);
  }

  OpenedJournal open(int jid) {
    long head = random.nextLong(journalBlocks);
    journals.put(jid, new MemoryJournal(geometry, journalBlocks, head));
    return new OpenedJournal(jid, ++epochs, journalBlocks, head, sequence);
  }

  MemoryJournal journal(int jid) {
    MemoryJournal journal = journals.get(jid);
    if (journal == null) {
      throw new IllegalStateException("journal " + jid + " is not open");
    }
    return journal;
  }

  /** Writes what the journal has, and closes it. */
  void replay(int jid) {
    journal(jid).replay().forEach(device::put);
    journals.remove(jid);
  }

  /** Rule 4: nobody else's journal would put the block back. */
  private void checkRule4(int jid, long block) {
    journals.forEach(
        (other, journal) ->
            assertFalse(
                other != jid && journal.replay().containsKey(block),
                "rule 4: a replay of journal " + other + " would put back block " + block));
  }

  /** The node's way to here. */
  final class Port implements StoragePort {
    /** What was sent and is not done. */
    private static final class Pending {
      final Runnable onCrash;

      Pending(Runnable onCrash) {
        this.onCrash = onCrash;
      }
    }

    private final SerialOwner owner;
    private final Set<Pending> pending = new LinkedHashSet<>();
    private long appendsDoneAt;
    private boolean stopped;
    @Nullable StorageException failWrites;
    @Nullable StorageException failAppends;
    @Nullable StorageException failReads;

    Port(SerialOwner owner) {
      this.owner = owner;
    }

    /** The node is gone: what was on its way lands or not. */
    void crash() {
      stopped = true;
      List<Pending> left = new ArrayList<>(pending);
      pending.clear();
      left.forEach(sent -> sent.onCrash.run());
    }

    private <T> Promise<T> later(long delay, Runnable onCrash, Supplier<T> effect) {
      Promise<T> promise = new Promise<>();
      Pending sent = new Pending(onCrash);
      pending.add(sent);
      owner.after(
          delay,
          () -> {
            if (stopped || !pending.remove(sent)) {
              return;
            }
            T result;
            try {
              result = effect.get();
            } catch (StorageException failure) {
              promise.fail(failure);
              return;
            }
            promise.complete(result);
          });
      return promise;
    }

    @SuppressWarnings("NullAway") // the only Void there is
    private static Void nothing() {
      return null;
    }

    private long delay() {
      return random.nextLong(20, 2000) * MICROS;
    }

    @Override
    public Promise<VolumeInfo> volume() {
      return Promise.of(info());
    }

    @Override
    public Promise<List<ByteBuffer>> read(List<Long> blocks) {
      return later(
          delay(),
          () -> {},
          () -> {
            if (failReads != null) {
              throw failReads;
            }
            return blocks.stream().map(device::get).toList();
          });
    }

    @Override
    public Promise<Void> write(int jid, long epoch, List<BlockImage> blocks) {
      return later(
          delay(),
          () -> blocks.stream().filter(block -> random.nextBoolean()).forEach(b -> land(jid, b)),
          () -> {
            if (failWrites != null) {
              throw failWrites;
            }
            blocks.forEach(block -> land(jid, block));
            return nothing();
          });
    }

    private void land(int jid, BlockImage image) {
      checkRule4(jid, image.block());
      journal(jid).checkInPlace(image, device);
      device.put(image.block(), image.content());
    }

    @Override
    public Promise<Appended> append(int jid, long epoch, LogFlush flush) {
      appendsDoneAt = Math.max(appendsDoneAt, owner.nowNanos() + delay());
      return later(
          appendsDoneAt - owner.nowNanos(),
          () -> {
            if (random.nextBoolean()) {
              durable(jid, flush);
            }
          },
          () -> {
            if (failAppends != null) {
              throw failAppends;
            }
            return durable(jid, flush);
          });
    }

    private Appended durable(int jid, LogFlush flush) {
      flush.metadata().forEach(image -> checkRule4(jid, image.block()));
      flush.journaledData().forEach(image -> checkRule4(jid, image.block()));
      Appended at = journal(jid).place(flush, ++sequence);
      journal(jid).append(flush, at, device);
      return at;
    }

    @Override
    public Promise<OpenedJournal> openJournal(int jid, String nodeName) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Promise<Void> closeJournal(int jid, long epoch) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Promise<Boolean> fence(int jid, long epoch, String trace) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Promise<JournalCheck> check(int jid, String trace) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Promise<ReplayResult> replay(
        int jid, long expectedEpoch, boolean foldStatfs, String trace) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Promise<Void> awaitClean(int jid) {
      throw new UnsupportedOperationException();
    }
  }
}
