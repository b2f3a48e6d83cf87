package glockenspiel.journal.core;

/** Told how a replay goes on. Called on the owner; must not wait. */
@FunctionalInterface
public interface ReplayListener {
  /** Is told nothing. */
  ReplayListener NONE = (phase, done, total) -> {};

  /** What a replay does at the moment. */
  enum Phase {
    /** The former epoch is being cut off. */
    FENCING,
    /**
     * The head is looked for, and the active region is read and checked; nothing was written yet.
     */
    EXAMINING,
    /** Blocks are put in place. */
    WRITING,
    /** Statfs and the clean header are written. */
    CLEANING
  }

  /**
   * A step was made.
   *
   * @param done blocks that this phase has dealt with
   * @param total blocks that it has to deal with; 0 when it is not known
   */
  void progress(Phase phase, long done, long total);
}
