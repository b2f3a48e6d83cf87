package glockenspiel.journal.core;

import glockenspiel.journal.core.ReplayListener.Phase;
import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.ondisk.log.LogFlags;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.ondisk.log.SealedHeader;
import glockenspiel.protocol.storage.ReplayResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One replay of one journal ({@code gfs2_recover_func}). The numbers in comments are the steps of
 * docs/protocols/journal.md, "A replay". Runs in a task.
 */
final class Replayer {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final VolumeAccess volume;
  private final List<Journal> journals;
  private final Journal journal;
  private final StatfsFolding statfs;
  private final long expectedEpoch;
  private final boolean foldStatfs;
  private final ReplayListener listener;
  private String note = "";

  Replayer(
      VolumeAccess volume,
      List<Journal> journals,
      Journal journal,
      StatfsFolding statfs,
      long expectedEpoch,
      boolean foldStatfs,
      ReplayListener listener) {
    this.volume = volume;
    this.journals = journals;
    this.journal = journal;
    this.statfs = statfs;
    this.expectedEpoch = expectedEpoch;
    this.foldStatfs = foldStatfs;
    this.listener = listener;
  }

  /** Says what a replay would do, and changes nothing. */
  ReplayResult rehearse() {
    long begin = volume.owner().nowNanos();
    Examination seen = journal.examine(this::mayReplay);
    seen.requireReadable();
    LogHeader head = seen.readableHead();
    ReplayPlan plan = seen.plan();
    LogHeader last = plan == null ? head : cleanHeader(head);
    return result(plan, journal.fence().mayHaveLivingOwner(), last, begin);
  }

  /** Replays. */
  ReplayResult run() {
    long begin = volume.owner().nowNanos();
    volume.groupSync().requireHealthy();
    EpochFence fence = journal.fence();
    // In the same slice as the fence: between them nobody can open the journal.
    fence.requireNewest(expectedEpoch);
    boolean wasOpen = fence.mayHaveLivingOwner();
    // 1. Before a byte is read: what is read later can then not change any more (rule 3).
    listener.progress(Phase.FENCING, 0, 0);
    volume.owner().await(fence.fence("replay"));
    fence.beginReplay("replay");
    String end = "the replay did not come to its end";
    HeldPieces held = new HeldPieces(volume.memory());
    JournalReader reader = journal.reader().holding(held);
    try {
      // 2. and 3. The whole region is read and checked before the first write.
      listener.progress(Phase.EXAMINING, 0, journal.layout().blocks());
      Examination seen = journal.examine(reader, this::mayReplay);
      end = seen.condition().problem();
      seen.requireReadable();
      LogHeader head = seen.readableHead();
      ReplayPlan plan = seen.plan();
      if (plan != null) {
        settle(seen, head, plan);
        // 4. Copies go in place.
        new Placement(volume, reader, held, plan, listener).run();
        forgetOverwrittenJournals(plan);
      }
      held.close();
      LogHeader last = plan == null ? clean(head) : end(head, plan);
      statfs.forget(journal);
      fence.finishReplay(note.isEmpty() ? "replayed" : "replayed; " + note);
      if (foldStatfs) {
        statfs.whenReplayed(journal);
      }
      return result(plan, wasOpen, last, begin);
    } finally {
      held.close();
      if (fence.is(FencingState.REPLAYING)) {
        fence.abandonReplay(end);
      }
    }
  }

  private ReplayResult result(
      @Nullable ReplayPlan plan, boolean wasOpen, LogHeader last, long begin) {
    int jid = journal.jid();
    long millis = (volume.owner().nowNanos() - begin) / NANOS_PER_MILLI;
    if (plan == null) {
      return new ReplayResult(
          jid, false, wasOpen, 0, 0, 0, 0, 0, 0, last.position(), last.sequence(), millis);
    }
    return new ReplayResult(
        jid,
        true,
        wasOpen,
        plan.revokesFound(),
        plan.metadataFound(),
        plan.metadataReplayed(),
        plan.dataFound(),
        plan.dataReplayed(),
        plan.size(),
        last.position(),
        last.sequence(),
        millis);
  }

  private LogHeader clean(LogHeader head) {
    note = statfs.afterReplay(journal, head, null, foldStatfs);
    volume.owner().await(volume.groupSync().sync());
    return head;
  }

  /**
   * Before a block goes in place: whoever replays after this one has died must find the same head.
   * Linux knows no seals. And what was handed over behind the head, and never answered, must not
   * come to light: a flush with a seal, once there is a header before it; a torn header, once a
   * torn clean header lends it the rest. A log that goes round so far that it needs that block
   * keeps it until the clean header comes.
   */
  private void settle(Examination seen, LogHeader head, ReplayPlan plan) {
    List<DeviceWrite> writes = new ArrayList<>();
    SealedHeader sealed = seen.sealed();
    if (sealed != null) {
      ByteBuffer opened = ByteBuffer.allocate(geometry().blockSize());
      sealed.writeOpened(opened);
      writes.add(place(head.position(), opened));
    }
    if (plan.isFreeBehindHead()) {
      long behind = journal.layout().extents().plus(head.position(), 1);
      writes.add(place(behind, ByteBuffer.allocate(geometry().blockSize())));
    }
    if (!writes.isEmpty()) {
      volume.owner().await(volume.device().write(writes));
      volume.owner().await(volume.groupSync().sync());
    }
  }

  private LogHeader end(LogHeader head, ReplayPlan plan) {
    // 5. Statfs; 6. all that is durable before 7. the header says so (rule 7).
    listener.progress(Phase.CLEANING, 0, 1);
    note = statfs.afterReplay(journal, head, plan, foldStatfs);
    volume.owner().await(volume.groupSync().sync());
    LogHeader clean = cleanHeader(head);
    volume.owner().await(volume.device().write(List.of(place(clean))));
    volume.owner().await(volume.groupSync().sync());
    journal.setCondition(JournalCondition.of(clean));
    listener.progress(Phase.CLEANING, 1, 1);
    return clean;
  }

  /** The header that ends a replay ({@code gfs2_log_header} as clean_journal writes it). */
  private LogHeader cleanHeader(LogHeader head) {
    JournalExtents extents = journal.layout().extents();
    long position = extents.plus(head.position(), 1);
    long now = volume.clock().epochNanos();
    return LogHeader.of(
        head.sequence() + 1,
        LogFlags.UNMOUNT | LogFlags.RECOVERY,
        0,
        position,
        Math.floorDiv(now, 1_000_000_000L),
        (int) Math.floorMod(now, 1_000_000_000L),
        extents.blockAt(position),
        journal.layout().inode(),
        0,
        0,
        StatfsChange.NONE);
  }

  private DeviceWrite place(LogHeader header) {
    ByteBuffer buffer = ByteBuffer.allocate(geometry().blockSize());
    header.write(buffer);
    return place(header.position(), buffer);
  }

  private DeviceWrite place(long position, ByteBuffer content) {
    long block = journal.layout().extents().blockAt(position);
    return new DeviceWrite(block << geometry().blockShift(), content);
  }

  /** Journals that were added under Linux and never opened here may be put in place like files. */
  private void forgetOverwrittenJournals(ReplayPlan plan) {
    for (int i = 0; i < plan.size(); i++) {
      int jid = volume.layout().journalOf(plan.block(i));
      if (jid != VolumeLayout.NO_JOURNAL) {
        journals.get(jid).setCondition(null);
      }
    }
  }

  /**
   * Whether a block may be put in place: of journals only those that were never opened here. The
   * kernel would write over the journal that it reads, and over the dinode that says where it lies.
   */
  private boolean mayReplay(long block) {
    if (block == journal.layout().inode()) {
      return false;
    }
    int jid = volume.layout().journalOf(block);
    if (jid == VolumeLayout.NO_JOURNAL) {
      return true;
    }
    EpochFence other = journals.get(jid).fence();
    return jid != journal.jid() && other.epoch() == 0 && other.is(FencingState.CLOSED);
  }

  private Geometry geometry() {
    return volume.geometry();
  }
}
