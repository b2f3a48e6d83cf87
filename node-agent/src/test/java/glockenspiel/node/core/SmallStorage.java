package glockenspiel.node.core;

import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.protocol.storage.VolumeInfo;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A journal-service without blocks: journals are clean or dirty, open or closed. Each call takes a
 * while, and can be made to fail.
 */
final class SmallStorage {
  static final long CALL_NANOS = 100_000;

  static final class Journal {
    long epoch;
    boolean open;
    boolean fenced;
    boolean dirty;
    boolean corrupt;
    boolean replaying;
    int replays;
    final List<Runnable> watchers = new ArrayList<>();

    boolean isClean() {
      return !dirty && !open && !fenced;
    }

    private void changed() {
      if (isClean()) {
        List<Runnable> told = new ArrayList<>(watchers);
        watchers.clear();
        told.forEach(Runnable::run);
      }
    }
  }

  final List<Journal> journals = new ArrayList<>();

  /** Flushes that were appended, by all nodes. */
  long appends;

  /** Calls by name that fail, with the reason; {@code *} is all of them. */
  final Map<String, Reason> failing = new LinkedHashMap<>();

  /** How long a replay takes. */
  long replayNanos = 5_000_000;

  private final DeterministicOwner service;

  SmallStorage(DeterministicOwner service, int journalCount) {
    this.service = service;
    for (int jid = 0; jid < journalCount; jid++) {
      journals.add(new Journal());
    }
  }

  Journal journal(int jid) {
    return journals.get(jid);
  }

  /**
   * The storage as one node reaches it; {@code link} holds the calls that fail for this node only.
   */
  StoragePort port(DeterministicOwner node, Map<String, Reason> link) {
    return new Port(node, link);
  }

  private final class Port implements StoragePort {
    private final DeterministicOwner node;
    private final Map<String, Reason> link;

    Port(DeterministicOwner node, Map<String, Reason> link) {
      this.node = node;
      this.link = link;
    }

    private <T> Promise<T> call(String name, long nanos, Supplier<T> work) {
      Promise<T> promise = new Promise<>();
      service.after(
          nanos,
          () -> {
            T value = null;
            RuntimeException failure = failure(name);
            if (failure == null) {
              try {
                value = work.get();
              } catch (StorageException refused) {
                failure = refused;
              }
            }
            answer(promise, value, failure);
          });
      return promise;
    }

    @SuppressWarnings("NullAway") // the value is there when the failure is not
    private <T> void answer(
        Promise<T> promise, @Nullable T value, @Nullable RuntimeException failure) {
      node.after(
          CALL_NANOS,
          () -> {
            if (failure != null) {
              promise.fail(failure);
            } else {
              promise.complete(value);
            }
          });
    }

    private @Nullable RuntimeException failure(String name) {
      for (Map<String, Reason> where : List.of(failing, link)) {
        Reason reason = where.containsKey(name) ? where.get(name) : where.get("*");
        if (reason != null) {
          return new StorageException(reason, name);
        }
      }
      return null;
    }

    @Override
    public Promise<VolumeInfo> volume() {
      return call("volume", CALL_NANOS, () -> new VolumeInfo("c:fs", 4096, 1000, journals.size()));
    }

    @Override
    public Promise<List<ByteBuffer>> read(List<Long> blocks) {
      throw new UnsupportedOperationException("no blocks here");
    }

    @Override
    @SuppressWarnings("NullAway") // Void
    public Promise<Void> write(int jid, long epoch, List<BlockImage> blocks) {
      return call("write", CALL_NANOS, () -> requireEpoch(jid, epoch));
    }

    private @Nullable Void requireEpoch(int jid, long epoch) {
      Journal journal = journal(jid);
      if (!journal.open || journal.epoch != epoch) {
        throw new StorageException(Reason.STALE_EPOCH, "epoch " + epoch);
      }
      return null;
    }

    @Override
    public Promise<OpenedJournal> openJournal(int jid, String nodeName) {
      return call(
          "open",
          CALL_NANOS,
          () -> {
            Journal journal = journal(jid);
            if (journal.dirty) {
              throw new StorageException(Reason.JOURNAL_DIRTY, "jid " + jid);
            }
            journal.epoch++;
            journal.open = true;
            journal.fenced = false;
            return new OpenedJournal(jid, journal.epoch, 100, 0, 1);
          });
    }

    @Override
    public Promise<Appended> append(int jid, long epoch, LogFlush flush) {
      return call(
          "append",
          CALL_NANOS,
          () -> {
            requireEpoch(jid, epoch);
            journal(jid).dirty = true;
            appends++;
            return new Appended(1, 1, 2);
          });
    }

    @Override
    @SuppressWarnings("NullAway") // Void
    public Promise<Void> closeJournal(int jid, long epoch) {
      return call(
          "close",
          CALL_NANOS,
          () -> {
            requireEpoch(jid, epoch);
            Journal journal = journal(jid);
            journal.open = false;
            journal.dirty = false;
            journal.changed();
            return null;
          });
    }

    @Override
    public Promise<Boolean> fence(int jid, long epoch, String trace) {
      return call(
          "fence",
          CALL_NANOS,
          () -> {
            Journal journal = journal(jid);
            if (journal.epoch != epoch) {
              return false;
            }
            journal.fenced |= journal.open;
            journal.open = false;
            journal.changed();
            return journal.fenced;
          });
    }

    @Override
    public Promise<JournalCheck> check(int jid, String trace) {
      return call(
          "check",
          CALL_NANOS,
          () -> {
            Journal journal = journal(jid);
            JournalState state = journal.dirty ? JournalState.DIRTY : JournalState.CLEAN;
            return new JournalCheck(
                jid,
                state,
                journal.epoch,
                journal.open,
                !journal.open && !journal.fenced && !journal.replaying,
                0,
                1,
                0,
                100,
                "");
          });
    }

    @Override
    public Promise<ReplayResult> replay(
        int jid, long expectedEpoch, boolean foldStatfs, String trace) {
      Journal journal = journal(jid);
      Promise<ReplayResult> promise = new Promise<>();
      service.after(
          CALL_NANOS,
          () -> {
            RuntimeException failure = failure("replay");
            if (failure == null && journal.corrupt) {
              failure = new StorageException(Reason.JOURNAL_CORRUPT, "jid " + jid);
            }
            if (failure == null && expectedEpoch != ANY_EPOCH && expectedEpoch != journal.epoch) {
              failure = new StorageException(Reason.STALE_EPOCH, "jid " + jid);
            }
            if (failure == null && journal.replaying) {
              failure = new StorageException(Reason.JOURNAL_BUSY, "jid " + jid);
            }
            if (failure != null) {
              answer(promise, null, failure);
              return;
            }
            boolean wasOpen = journal.open || journal.fenced;
            journal.open = false;
            journal.replaying = true;
            service.after(replayNanos, () -> finishReplay(jid, wasOpen, promise));
          });
      return promise;
    }

    private void finishReplay(int jid, boolean wasOpen, Promise<ReplayResult> promise) {
      Journal journal = journal(jid);
      boolean dirty = journal.dirty;
      journal.replaying = false;
      journal.fenced = false;
      journal.dirty = false;
      journal.replays++;
      journal.changed();
      answer(
          promise,
          new ReplayResult(jid, dirty, wasOpen, 0, 3, 3, 0, 0, 3, 7, 9, replayNanos / 1_000_000),
          null);
    }

    @Override
    @SuppressWarnings("NullAway") // Void
    public Promise<Void> awaitClean(int jid) {
      Promise<Void> promise = new Promise<>();
      service.after(
          CALL_NANOS,
          () -> {
            RuntimeException failure = failure("awaitClean");
            if (failure != null) {
              answer(promise, null, failure);
            } else if (journal(jid).isClean()) {
              answer(promise, null, null);
            } else {
              journal(jid).watchers.add(() -> answer(promise, null, null));
            }
          });
      return promise;
    }
  }
}
