package glockenspiel.simulation.fuzz;

import glockenspiel.image.CheckReport;
import glockenspiel.image.ImageCheck;
import glockenspiel.image.ImageInfo;
import glockenspiel.journal.core.ReplayListener;
import glockenspiel.journal.core.Volume;
import glockenspiel.journal.device.ByteRange;
import glockenspiel.journal.device.EpochStore;
import glockenspiel.journal.device.MemoryBlockDevice;
import glockenspiel.journal.device.MemoryDisk;
import glockenspiel.journal.device.MemoryEpochStore;
import glockenspiel.journal.device.PieceMemory;
import glockenspiel.journal.device.VolumeState;
import glockenspiel.journal.device.VolumeState.JournalRecord;
import glockenspiel.journal.device.VolumeState.Standing;
import glockenspiel.ondisk.BlockReader;
import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.Superblock;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import glockenspiel.runtime.task.deterministic.DeterministicScheduler;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Uses one damaged volume, and takes down what must never happen. */
final class VolumeUse implements AutoCloseable {
  private static final int JOURNALS_MAX = 8;

  /** The head's header if it was sealed, the block behind it wiped out, the clean header there. */
  private static final int REPLAY_HEADERS_MAX = 3;

  private static final long NOW = 1_795_000_000_000_000_000L;

  private final MemoryDisk disk;
  private final Superblock superblock;
  private final DeterministicScheduler scheduler;
  private final DeterministicOwner owner;
  private final MeteredDevice device;
  private final EpochStore store;
  private final boolean wereOpen;
  private final List<String> broken = new ArrayList<>();
  private @Nullable Volume volume;
  private int replayed;
  private int refused;
  private long problems;

  /**
   * The use of a damaged disk.
   *
   * @param superblock as it was before
   */
  VolumeUse(MemoryDisk disk, Superblock superblock, SplittableRandom random) {
    this.disk = disk;
    this.superblock = superblock;
    this.scheduler = DeterministicScheduler.seeded(random.nextLong());
    this.owner = scheduler.owner("volume");
    this.device =
        new MeteredDevice(
            new MemoryBlockDevice(owner, disk), VolumeFuzz.READS_OF_THE_DEVICE_MAX * disk.size());
    this.store = new MemoryEpochStore().open(owner);
    this.wereOpen = random.nextBoolean();
  }

  List<String> broken() {
    return broken;
  }

  boolean opened() {
    return volume != null;
  }

  int replayed() {
    return replayed;
  }

  int refused() {
    return refused;
  }

  long problems() {
    return problems;
  }

  long bytesRead() {
    return device.bytesRead();
  }

  @Override
  public void close() {
    scheduler.close();
  }

  void run() {
    if (wereOpen) {
      var _ = call("save", () -> store.save(opened(VolumeState.fresh(1))));
    }
    volume =
        call(
            "open",
            () -> Volume.open(owner, device, store, () -> NOW, PieceMemory.onHeap(1 << 14, 6)));
    if (volume != null) {
      int journals = volume.info().journals();
      for (int jid = 0; jid < journals; jid++) {
        look(volume, jid);
      }
      for (int jid = 0; jid < journals; jid++) {
        replay(volume, jid);
      }
      for (int jid = 0; jid < journals; jid++) {
        write(volume, jid);
      }
    }
    checkImage();
    if (device.isExhausted()) {
      broken.add("more than " + VolumeFuzz.READS_OF_THE_DEVICE_MAX + " times the device was read");
    }
  }

  /** As a service leaves it whose nodes were all mounted. */
  private VolumeState opened(VolumeState fresh) {
    VolumeState state = fresh.withIdentity(superblock.lockTable(), superblock.uuid());
    for (int jid = 0; jid < JOURNALS_MAX; jid++) {
      state = state.withJournal(jid, new JournalRecord(1, Standing.OPEN, "node-" + jid));
    }
    return state;
  }

  /** The answer; null when there is none, or it was refused. */
  private <T extends @Nullable Object> @Nullable T call(String what, Supplier<Promise<T>> call) {
    try {
      return scheduler.call(owner, () -> owner.await(call.get()));
    } catch (StorageException refusal) {
      refused++;
      String message = String.valueOf(refusal.getMessage());
      if (message.lines().count() != 1) {
        broken.add(what + ": not one line: " + message);
      }
    } catch (RuntimeException | Error thrown) {
      broken.add(what + ": " + thrown);
    }
    return null;
  }

  private void look(Volume opened, int jid) {
    var _ = call("check " + jid, () -> opened.check(jid));
    var _ = call("dump " + jid, () -> opened.dump(jid, true, line -> {}));
    var _ = call("dump of the active region " + jid, () -> opened.dump(jid, false, line -> {}));
    var _ = call("rehearsal " + jid, () -> opened.rehearse(jid));
    if (!device.takeWritten().isEmpty()) {
      broken.add("looking at journal " + jid + " has written");
    }
  }

  private void replay(Volume opened, int jid) {
    int refusedBefore = refused;
    ReplayResult result =
        call("replay " + jid, () -> opened.replay(jid, true, ReplayListener.NONE));
    List<ByteRange> written = device.takeWritten();
    boolean wasReplayed = result != null && result.replayed();
    replayed += wasReplayed ? 1 : 0;
    if (refused > refusedBefore && !written.isEmpty()) {
      broken.add("a refused replay of journal " + jid + " has written");
    }
    requireInside(
        "replay of journal " + jid, opened, jid, wasReplayed ? REPLAY_HEADERS_MAX : 0, written);
  }

  /** A journal that is clean takes a flush, and is closed. */
  private void write(Volume opened, int jid) {
    OpenedJournal journal = call("open journal " + jid, () -> opened.openJournal(jid, "fuzz"));
    if (journal == null) {
      return;
    }
    int blockSize = superblock.geometry().blockSize();
    // Any block that a node may write: which ones, only the volume knows.
    BlockImage image = new BlockImage(disk.size() / blockSize - 1, ByteBuffer.allocate(blockSize));
    LogFlush flush = new LogFlush(List.of(), List.of(image), List.of(), -1, StatfsCounts.ZERO, 2);
    var _ = device.takeWritten();
    var _ = call("append " + jid, () -> opened.append(jid, journal.epoch(), flush));
    requireInside("append to journal " + jid, opened, jid, Integer.MAX_VALUE, device.takeWritten());
    var _ = call("close " + jid, () -> opened.closeJournal(jid, journal.epoch()));
    requireInside("close of journal " + jid, opened, jid, 1, device.takeWritten());
  }

  /**
   * Nothing was written to the superblock or before it, so many times to the journal itself, and
   * never to another journal, unless that one was never opened: it may have been made by Linux, and
   * be put in place like a file.
   */
  private void requireInside(
      String what, Volume opened, int jid, int timesMax, List<ByteRange> written) {
    Geometry geometry = superblock.geometry();
    long start = (geometry.superblockBlock() + 1) << geometry.blockShift();
    int times = 0;
    for (ByteRange range : written) {
      if (range.from() < start || range.to() > disk.size()) {
        broken.add(what + " has written to byte " + range.from());
      }
      for (int other = 0; other < opened.info().journals(); other++) {
        boolean inside =
            opened.journalRanges(other).stream()
                .anyMatch(each -> each.overlaps(range.from(), range.to()));
        if (inside && other == jid) {
          times++;
        } else if (inside && wereOpen) {
          broken.add(what + " has written to journal " + other);
        }
      }
    }
    if (times > timesMax) {
      broken.add(what + " has written " + times + " times to that journal");
    }
  }

  private void checkImage() {
    int size = superblock.geometry().blockSize();
    long blocks = disk.size() / size;
    long[] read = {0};
    BlockReader reader =
        block -> {
          read[0]++;
          return ByteBuffer.wrap(disk.bytes(block * size, size));
        };
    try {
      CheckReport report = ImageCheck.check(superblock.geometry(), blocks, reader, List.of());
      problems = report.problemsFound();
      for (var problem : report.problems()) {
        Objects.requireNonNull(problem.text());
      }
    } catch (RuntimeException | Error thrown) {
      broken.add("image check: " + thrown);
    }
    try {
      Objects.requireNonNull(ImageInfo.read(superblock.geometry(), blocks, reader));
    } catch (CorruptBlockException said) {
      Objects.requireNonNull(said.getMessage());
    } catch (RuntimeException | Error thrown) {
      broken.add("image info: " + thrown);
    }
    if (read[0] > 16 * blocks) {
      broken.add("the image check has read " + read[0] + " blocks of " + blocks);
    }
  }
}
