package glockenspiel.journal.core;

import glockenspiel.journal.device.BlockDevice;
import glockenspiel.journal.device.ByteRange;
import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.journal.device.EpochStore;
import glockenspiel.journal.device.PieceMemory;
import glockenspiel.ondisk.CorruptBlockException;
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
import glockenspiel.runtime.task.SerialOwner;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One GFS2 image, opened: what {@link glockenspiel.protocol.storage.StoragePort} promises to nodes,
 * and what operators ask. Every method is called on the volume's serial owner and returns at once;
 * its promise fails with {@link StorageException}.
 *
 * <p>What a caller may count on: a write, an append or a close is refused in the very call in which
 * its epoch may not write any more (rule 3); an answer comes after the sync that makes it true
 * (rule 9); appends of one journal are done in the order of the calls; a replay writes nothing
 * unless all of the journal can be replayed; only closeJournal and replay write a clean header
 * (rule 7).
 */
public final class Volume {
  /** Told of every change of a journal's fencing state. Called on the owner; must not wait. */
  @FunctionalInterface
  public interface JournalWatcher {
    /** The journal is like this now. */
    void changed(JournalStatus status);
  }

  private final VolumeAccess access;
  private final List<Journal> journals = new ArrayList<>();
  private final List<JournalWatcher> watchers = new ArrayList<>();
  private final StatfsFolding statfs;
  private final BlockReads reads;

  private Volume(VolumeAccess access) {
    this.access = access;
    for (JournalLayout layout : access.layout().journals()) {
      journals.add(new Journal(access, layout, (journal, from, to, reason) -> tell(journal)));
    }
    this.statfs = new StatfsFolding(access, journals);
    this.reads = new BlockReads(access);
  }

  private void tell(Journal journal) {
    JournalStatus status = journal.status();
    for (JournalWatcher watcher : List.copyOf(watchers)) {
      watcher.changed(status);
    }
  }

  /**
   * Opens the image on a device. Changes nothing, on the device or beside it. An epoch that was
   * open when the service ended is open again: its node may go on.
   *
   * @param memory what replays read journals into; other volumes may use it too
   * @return fails with JOURNAL_CORRUPT, in one line, when the device holds no GFS2 volume, a
   *     truncated one, or one whose journals cannot be found; with INVALID_ARGUMENT when the state
   *     beside the image belongs to another one
   */
  public static Promise<Volume> open(
      SerialOwner owner,
      BlockDevice device,
      EpochStore store,
      HeaderClock clock,
      PieceMemory memory) {
    return owner.start(
        "open-volume",
        () -> {
          try {
            VolumeLayout layout = LayoutReader.read(owner, device);
            StateKeeper keeper = StateKeeper.of(store, owner.await(store.load()), layout);
            return new Volume(
                new VolumeAccess(
                    owner, device, new GroupSync(device), keeper, clock, memory, layout));
          } catch (CorruptBlockException damage) {
            throw corrupt(damage);
          }
        });
  }

  private static StorageException corrupt(CorruptBlockException damage) {
    return new StorageException(
        Reason.JOURNAL_CORRUPT, String.valueOf(damage.getMessage()), damage);
  }

  /** What the volume looks like. */
  public VolumeInfo info() {
    VolumeLayout layout = access.layout();
    return new VolumeInfo(
        layout.superblock().lockTable(),
        layout.geometry().blockSize(),
        layout.blocks(),
        layout.journals().size());
  }

  /** Reads blocks, in the order asked for; each buffer is the caller's own. */
  public Promise<List<ByteBuffer>> read(List<Long> blocks) {
    return refusing(() -> reads.read(blocks));
  }

  /** Writes blocks in place; done when durable. */
  public Promise<@Nullable Void> write(int jid, long epoch, List<BlockImage> blocks) {
    return refusing(
        () -> {
          Journal journal = journal(jid);
          access.groupSync().requireHealthy();
          journal.fence().requireOpen(epoch);
          FlushCheck.check(access.layout(), blocks);
          if (blocks.isEmpty()) {
            return Promise.of(null);
          }
          List<DeviceWrite> writes = access.sorted(blocks);
          return journal
              .settled()
              .then(
                  settled ->
                      access
                          .groupSync()
                          .durable(
                              journal.fence().submit(epoch, () -> access.device().write(writes))));
        });
  }

  /** Opens a clean journal under a new epoch; an older one is fenced first. */
  public Promise<OpenedJournal> openJournal(int jid, String nodeName) {
    return inTurn("open-" + jid, jid, journal -> open(journal, nodeName));
  }

  private OpenedJournal open(Journal journal, String nodeName) {
    access.groupSync().requireHealthy();
    journal.requireWritable();
    EpochFence fence = journal.fence();
    access.owner().await(fence.fence("opened anew by " + nodeName));
    Examination seen = journal.examine(block -> true);
    seen.requireReadable();
    if (seen.condition().state() != JournalState.CLEAN) {
      throw new StorageException(
          Reason.JOURNAL_DIRTY,
          "journal %d is dirty, sequence %d: have it replayed before it is opened"
              .formatted(journal.jid(), seen.condition().sequence()));
    }
    settleStatfs();
    fence.open(nodeName);
    journal.beginWriting(seen.readableHead());
    return new OpenedJournal(
        journal.jid(),
        fence.epoch(),
        journal.layout().blocks(),
        seen.condition().headBlock(),
        seen.condition().sequence());
  }

  private void settleStatfs() {
    try {
      statfs.settle();
    } catch (CorruptBlockException damage) {
      throw corrupt(damage);
    }
  }

  /** Appends one log flush; done when durable. */
  public Promise<Appended> append(int jid, long epoch, LogFlush flush) {
    return refusing(
        () -> {
          Journal journal = journal(jid);
          access.groupSync().requireHealthy();
          journal.fence().requireOpen(epoch);
          FlushCheck.check(access.layout(), flush);
          return journal.append(epoch, flush);
        });
  }

  /** Writes the clean header of an orderly unmount and ends the epoch. */
  public Promise<@Nullable Void> closeJournal(int jid, long epoch) {
    return this.<@Nullable Void>inTurn(
        "close-" + jid,
        jid,
        journal -> {
          access.groupSync().requireHealthy();
          journal.close(epoch);
          statfs.whenClosed(journal);
          return null;
        });
  }

  /**
   * Fences the epoch; refuses it from this call on, and is done when that is durable.
   *
   * @return whether its owner may be alive and not know yet
   */
  public Promise<Boolean> fence(int jid, long epoch) {
    return refusing(() -> journal(jid).fence().fence(epoch));
  }

  /** Looks at a journal without changing anything. */
  public Promise<JournalCheck> check(int jid) {
    return task(
        "check-" + jid,
        () -> {
          Journal journal = journal(jid);
          while (journal.condition() == null && journal.fence().is(FencingState.REPLAYING)) {
            journal.changed().await();
          }
          return journal.check(journal.look());
        });
  }

  /** As below, whatever epoch the journal has. */
  public Promise<ReplayResult> replay(int jid, boolean foldStatfs, ReplayListener listener) {
    return replay(jid, StoragePort.ANY_EPOCH, foldStatfs, listener);
  }

  /**
   * Fences the epoch that the journal has, replays it if it is dirty, and writes the clean header.
   *
   * @param expectedEpoch what the caller has seen; when it is another one by now, nothing is done
   * @param foldStatfs also folds local statfs changes into the master, if no other journal is open
   *     or dirty
   */
  public Promise<ReplayResult> replay(
      int jid, long expectedEpoch, boolean foldStatfs, ReplayListener listener) {
    return refusing(
        () -> {
          Journal journal = journal(jid);
          if (!journal.claimReplay()) {
            throw new StorageException(
                Reason.JOURNAL_BUSY, "journal " + jid + " is being replayed already");
          }
          Replayer replayer =
              new Replayer(access, journals, journal, statfs, expectedEpoch, foldStatfs, listener);
          return inTurn(
              "replay-" + jid,
              jid,
              claimed -> {
                try {
                  return replayer.run();
                } finally {
                  claimed.releaseReplay();
                }
              });
        });
  }

  /** Says what a replay would do. Changes nothing; of a journal that is open it may be wrong. */
  public Promise<ReplayResult> rehearse(int jid) {
    return task(
        "rehearse-" + jid,
        () ->
            new Replayer(
                    access,
                    journals,
                    journal(jid),
                    statfs,
                    StoragePort.ANY_EPOCH,
                    false,
                    ReplayListener.NONE)
                .rehearse());
  }

  /**
   * Done when the journal has been seen clean and closed, with no epoch open; or when it was opened
   * under a newer epoch meanwhile, for only a clean journal is opened.
   */
  public Promise<@Nullable Void> awaitClean(int jid) {
    return this.<@Nullable Void>task(
        "await-clean-" + jid,
        () -> {
          Journal journal = journal(jid);
          long epoch = journal.fence().epoch();
          while (journal.fence().epoch() == epoch) {
            if (journal.fence().is(FencingState.CLOSED)) {
              boolean clean = journal.look().state() == JournalState.CLEAN;
              if (clean && journal.fence().is(FencingState.CLOSED)) {
                return null;
              }
            }
            journal.changed().await();
          }
          return null;
        });
  }

  /** All journals as they are now, without looking at the device. */
  public List<JournalStatus> journals() {
    return journals.stream().map(Journal::status).toList();
  }

  /** Tells of every change from now on, until the returned action is run. */
  public Runnable watch(JournalWatcher watcher) {
    watchers.add(watcher);
    return () -> {
      var _ = watchers.remove(watcher);
    };
  }

  /**
   * Shows a journal as text, one line per header, descriptor, tag and revoke.
   *
   * @param all also what lies outside the active region
   */
  public Promise<@Nullable Void> dump(int jid, boolean all, Consumer<String> lines) {
    return this.<@Nullable Void>task(
        "dump-" + jid,
        () -> {
          Journal journal = journal(jid);
          new JournalDump(access.geometry(), journal.reader(), lines).run(all);
          return null;
        });
  }

  /** The bytes of the device that a journal lies in: for planning faults. */
  public List<ByteRange> journalRanges(int jid) {
    journal(jid);
    return access.layout().journalRanges(jid);
  }

  /**
   * Done when a device sync has failed: with what every write, append, open, close and replay is
   * refused with from then on. The volume has to be opened again.
   */
  public Promise<StorageException> failed() {
    return access.groupSync().failed();
  }

  /** How many device syncs were begun: how well they are shared. */
  public long deviceSyncs() {
    return access.groupSync().syncs();
  }

  private Journal journal(int jid) {
    if (jid < 0 || jid >= journals.size()) {
      throw new StorageException(
          Reason.NO_SUCH_JOURNAL,
          "journal " + jid + ": the volume has journals 0 to " + (journals.size() - 1));
    }
    return journals.get(jid);
  }

  private interface JournalTask<T extends @Nullable Object> {
    T run(Journal journal);
  }

  private <T extends @Nullable Object> Promise<T> inTurn(
      String name, int jid, JournalTask<T> body) {
    return task(
        name,
        () -> {
          Journal journal = journal(jid);
          journal.turn().take();
          try {
            return body.run(journal);
          } finally {
            journal.turn().release();
          }
        });
  }

  private <T extends @Nullable Object> Promise<T> task(String name, Supplier<T> body) {
    return access.owner().start(name, body::get);
  }

  private static <T extends @Nullable Object> Promise<T> refusing(Supplier<Promise<T>> call) {
    try {
      return call.get();
    } catch (StorageException refusal) {
      return Promise.failed(refusal);
    }
  }
}
