package glockenspiel.journal.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a volume remembers beside its image. Immutable.
 *
 * @param volume the superblock's lock table when it was saved; empty in a state that was never
 *     saved
 * @param uuid the superblock's, so that a state is not used with another image
 * @param firstEpoch the lowest epoch that may be given out
 * @param journals by jid; jids behind the end were never opened
 * @param fold a statfs fold that was begun and whose journal may not be clean yet, or null
 */
public record VolumeState(
    String volume,
    UUID uuid,
    long firstEpoch,
    List<JournalRecord> journals,
    @Nullable StatfsFold fold) {
  /** What the owner of the newest epoch may do. */
  public enum Standing {
    /** No epoch is open: its owner left in order, a replay ended, or there never was one. */
    CLOSED,
    /** The newest epoch may write. */
    OPEN,
    /**
     * The newest epoch was cut off; nothing of it reaches the device, and the journal waits for
     * replay.
     */
    FENCED
  }

  /**
   * One journal's epoch.
   *
   * @param epoch the newest that was given out; 0 when none ever was
   * @param nodeName who got it, for people; empty when nobody did
   */
  public record JournalRecord(long epoch, Standing standing, String nodeName) {
    /** A journal that was never opened. */
    public static final JournalRecord NEVER_OPENED = new JournalRecord(0, Standing.CLOSED, "");
  }

  /**
   * Absolute results of a statfs fold, so that doing it twice changes nothing.
   *
   * @param jid the journal whose replay folds
   * @param headSequence sequence of the log header that was its head
   * @param headBlock position of that header
   * @param total what the master file gets
   * @param free what the master file gets
   * @param dinodes what the master file gets
   * @param zeroed jids whose local change is in these sums and becomes zero
   * @param applied whether all this is known to be on disk
   */
  public record StatfsFold(
      int jid,
      long headSequence,
      long headBlock,
      long total,
      long free,
      long dinodes,
      List<Integer> zeroed,
      boolean applied) {
    /** Copies the list. */
    public StatfsFold {
      zeroed = List.copyOf(zeroed);
    }

    /** The same, known to be on disk. */
    public StatfsFold asApplied() {
      return new StatfsFold(jid, headSequence, headBlock, total, free, dinodes, zeroed, true);
    }
  }

  /** Copies the list. */
  public VolumeState {
    journals = List.copyOf(journals);
  }

  /**
   * The state of a volume that has none yet.
   *
   * @param firstEpoch at least 1, and higher than any epoch that a lost state may have given out
   */
  public static VolumeState fresh(long firstEpoch) {
    return new VolumeState("", new UUID(0, 0), firstEpoch, List.of(), null);
  }

  /** Whether it was never saved. */
  public boolean isFresh() {
    return volume.isEmpty() && journals.isEmpty();
  }

  /** What is known of a journal. */
  public JournalRecord journal(int jid) {
    return jid < journals.size() ? journals.get(jid) : JournalRecord.NEVER_OPENED;
  }

  /** The same state, of this volume. */
  public VolumeState withIdentity(String name, UUID id) {
    return new VolumeState(
        Objects.requireNonNull(name), Objects.requireNonNull(id), firstEpoch, journals, fold);
  }

  /** The same state with another record of one journal. */
  public VolumeState withJournal(int jid, JournalRecord journal) {
    List<JournalRecord> changed = new ArrayList<>(journals);
    while (changed.size() <= jid) {
      changed.add(JournalRecord.NEVER_OPENED);
    }
    changed.set(jid, journal);
    return new VolumeState(volume, uuid, firstEpoch, changed, fold);
  }

  /** The same state with another fold, or with none. */
  public VolumeState withFold(@Nullable StatfsFold changed) {
    return new VolumeState(volume, uuid, firstEpoch, journals, changed);
  }
}
