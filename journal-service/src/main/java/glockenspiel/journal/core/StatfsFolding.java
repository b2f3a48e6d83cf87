package glockenspiel.journal.core;

import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.journal.device.VolumeState.StatfsFold;
import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.protocol.storage.JournalState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Statfs after a replay and after a close. What always holds: the master plus all local changes is
 * the truth. A replay either leaves it so, by making the local file what the head says, or folds
 * the local change into the master. The close of the last open journal folds what such replays have
 * left.
 *
 * <p>A fold writes two places, and a crash can come between them; the kernel then counts twice.
 * Here the results are computed once and saved as absolute numbers beside the image, before
 * anything is written. Whoever comes after a crash writes those numbers again, and adds nothing.
 *
 * <p>A fold waits until all other journals are clean: one that is not may hold a newer copy of the
 * master, which its own replay would put over the sum; and closed: the node of one that is open may
 * have the master in its cache. The last one folds for all: for every journal whose head is the
 * clean header of a replay. The local change of one that was unmounted in order is left alone, as
 * the kernel does.
 */
final class StatfsFolding {
  private final VolumeAccess volume;
  private final List<Journal> journals;

  /** No journal is opened in the middle of a fold, and no two folds run at once. */
  private final Turn turn;

  /** All local files were seen to be zero, and nobody can have written since. */
  private boolean nothingToFold;

  StatfsFolding(VolumeAccess volume, List<Journal> journals) {
    this.volume = volume;
    this.journals = journals;
    this.turn = new Turn(volume.owner());
  }

  /**
   * Deals with statfs when the blocks of a replay are in place and its clean header is not written
   * yet. Only inside a task; the caller syncs.
   *
   * @param head that was the journal's head
   * @param plan what was replayed; null of a journal that was found clean
   * @param fold whether to fold, if no other journal is open or dirty
   * @return empty, or why statfs was left alone
   */
  String afterReplay(Journal journal, LogHeader head, @Nullable ReplayPlan plan, boolean fold) {
    turn.take();
    nothingToFold &= plan == null;
    try {
      StatfsFold begun = volume.keeper().state().fold();
      if (begun != null && isOf(begun, journal, head)) {
        finish(begun, plan);
        return "";
      }
      if (nothingToFold) {
        return "";
      }
      if (fold && othersAreClean(journal)) {
        settleInTurn();
        boolean own = plan != null || head.endedReplay();
        StatfsChange said = plan == null ? null : head.localStatfs();
        var _ =
            fold(
                journal,
                head.sequence(),
                head.position(),
                each -> each == journal ? own : wasReplayed(each),
                said);
      } else if (plan != null) {
        makeLocal(journal, head.localStatfs());
      }
      return "";
    } catch (CorruptBlockException damage) {
      // The counts are for df alone; a check mends them. They must not keep a journal dirty.
      return "statfs left alone: " + damage.getMessage();
    } finally {
      turn.release();
    }
  }

  /**
   * A replay has ended. If its journal was the last one that was not closed, folds what replays
   * have left. Only inside a task, with the journal's turn.
   *
   * <p>Is there a problem if a replay leaves it at {@link #afterReplay}? Yes: of the last two that
   * run at once each finds the other's journal not clean.
   */
  void whenReplayed(Journal journal) {
    whenClosed(journal, StatfsFolding::wasReplayed);
  }

  /**
   * A journal was closed in order. If it was the last one, folds what replays have left because it
   * was open: nobody else would before the next mount, and the image is at rest now (rule 10); also
   * what such a replay has left to an owner that did not fold it. Only inside a task, with the
   * journal's turn.
   *
   * <p>Is there a problem if the nodes see to it among themselves? Yes: a node that unmounts while
   * another withdraws has looked for changes to fold before that one's journal is replayed, and the
   * one that has withdrawn may not write.
   */
  void whenClosed(Journal journal) {
    whenClosed(journal, each -> true);
  }

  private void whenClosed(Journal journal, Predicate<Journal> counts) {
    if (nothingToFold || !othersAreClosed(journal)) {
      return;
    }
    turn.take();
    try {
      JournalCondition clean = journal.condition();
      if (clean == null || !othersAreClosed(journal)) {
        return;
      }
      nothingToFold = !isAnyChanged();
      if (!nothingToFold && othersAreClean(journal)) {
        settleInTurn();
        if (fold(journal, clean.sequence(), clean.headBlock(), counts, null)) {
          volume.owner().await(volume.groupSync().sync());
          forget(journal);
        }
      }
    } catch (CorruptBlockException damage) {
      // As after a replay: a check mends the counts.
    } finally {
      turn.release();
    }
  }

  private boolean isAnyChanged() {
    for (Journal each : journals) {
      long block = each.layout().statfsChange();
      if (block != 0 && !StatfsFile.read(volume, block).counts().equals(StatfsChange.NONE)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOf(StatfsFold fold, Journal journal, LogHeader head) {
    return fold.jid() == journal.jid()
        && fold.headSequence() == head.sequence()
        && fold.headBlock() == head.position();
  }

  /**
   * Ends a fold that a crash has interrupted, before anybody may change the master again. In the
   * slice in which it returns nobody folds: a journal that is being opened from there on is seen by
   * whoever would fold. Only inside a task.
   */
  void settle() {
    turn.take();
    nothingToFold = false;
    try {
      settleInTurn();
    } finally {
      turn.release();
    }
  }

  private void settleInTurn() {
    StatfsFold begun = volume.keeper().state().fold();
    if (begun == null || begun.applied()) {
      return;
    }
    if (begun.jid() >= journals.size()) {
      forget();
      return;
    }
    Journal journal = journals.get(begun.jid());
    if (journal.fence().is(FencingState.REPLAYING)) {
      return;
    }
    LogHeader head = journal.examine(block -> true).head();
    if (head == null || !isOf(begun, journal, head)) {
      // Its clean header is there, and everything before it; or others went on with the image.
      forget();
      return;
    }
    apply(begun, begun.zeroed(), true);
    volume.owner().await(volume.groupSync().sync());
    volume.owner().await(volume.keeper().change(state -> state.withFold(begun.asApplied())));
  }

  /** The journal of a fold is clean; nothing can interrupt the fold any more. */
  void forget(Journal journal) {
    StatfsFold begun = volume.keeper().state().fold();
    if (begun != null && begun.jid() == journal.jid()) {
      forget();
    }
  }

  private void forget() {
    volume.owner().await(volume.keeper().change(state -> state.withFold(null)));
  }

  /** Writes again what this journal's replay may have put old copies over. */
  private void finish(StatfsFold begun, @Nullable ReplayPlan plan) {
    if (!begun.applied()) {
      apply(begun, begun.zeroed(), true);
      return;
    }
    // While the journal holds a copy of the master, nobody else can have changed it since (rule 4).
    boolean overwritten = plan != null && plan.writes(volume.layout().masterStatfs());
    apply(begun, List.of(begun.jid()), overwritten);
  }

  /**
   * Folds local changes.
   *
   * @param sequence of the journal's head, with {@code headBlock}: what the fold is known by
   * @param counts whose local changes: none of those that are left to their next owners
   * @param said what its head says of that change; null to take its file's word
   * @return whether there was anything to fold
   */
  private boolean fold(
      Journal journal,
      long sequence,
      long headBlock,
      Predicate<Journal> counts,
      @Nullable StatfsChange said) {
    StatfsChange sum = StatfsChange.NONE;
    List<Integer> zeroed = new ArrayList<>();
    for (Journal each : journals) {
      long block = each.layout().statfsChange();
      if (block == 0 || !counts.test(each)) {
        continue;
      }
      StatfsChange inPlace = StatfsFile.read(volume, block).counts();
      StatfsChange local = each == journal && said != null ? said : inPlace;
      if (!local.equals(StatfsChange.NONE) || !inPlace.equals(StatfsChange.NONE)) {
        sum = sum.plus(local);
        zeroed.add(each.jid());
      }
    }
    if (zeroed.isEmpty()) {
      return false;
    }
    StatfsChange master =
        StatfsFile.read(volume, volume.layout().masterStatfs()).counts().plus(sum);
    StatfsFold begun =
        new StatfsFold(
            journal.jid(),
            sequence,
            headBlock,
            master.total(),
            master.free(),
            master.dinodes(),
            zeroed,
            false);
    volume.owner().await(volume.keeper().change(state -> state.withFold(begun)));
    apply(begun, zeroed, true);
    return true;
  }

  /** Known after {@link #othersAreClean}. */
  private static boolean wasReplayed(Journal other) {
    JournalCondition known = other.condition();
    return known != null && known.replayed();
  }

  private void apply(StatfsFold fold, List<Integer> zeroed, boolean master) {
    List<DeviceWrite> writes = new ArrayList<>();
    if (master) {
      StatfsChange counts = new StatfsChange(fold.total(), fold.free(), fold.dinodes());
      writes.add(StatfsFile.read(volume, volume.layout().masterStatfs()).with(counts));
    }
    for (int jid : zeroed) {
      long block = jid < journals.size() ? journals.get(jid).layout().statfsChange() : 0;
      if (block != 0) {
        writes.add(StatfsFile.read(volume, block).with(StatfsChange.NONE));
      }
    }
    volume.owner().await(volume.device().write(writes));
  }

  private void makeLocal(Journal journal, StatfsChange counts) {
    long block = journal.layout().statfsChange();
    if (block == 0) {
      return;
    }
    StatfsFile file = StatfsFile.read(volume, block);
    if (!file.counts().equals(counts)) {
      volume.owner().await(volume.device().write(List.of(file.with(counts))));
    }
  }

  private boolean othersAreClean(Journal replayed) {
    for (Journal other : journals) {
      if (other == replayed) {
        continue;
      }
      if (!other.fence().is(FencingState.CLOSED)) {
        return false;
      }
      if (other.look().state() != JournalState.CLEAN) {
        return false;
      }
    }
    // Others may have been opened while the last ones were looked at.
    return othersAreClosed(replayed);
  }

  private boolean othersAreClosed(Journal than) {
    return journals.stream()
        .allMatch(other -> other == than || other.fence().is(FencingState.CLOSED));
  }
}
