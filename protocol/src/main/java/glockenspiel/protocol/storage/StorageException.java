package glockenspiel.protocol.storage;

/** The journal-service refused or failed. Unchecked, because every storage call can meet it. */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why, as callers decide by it. */
  public enum Reason {
    /**
     * The epoch is fenced: nothing of the sender reaches the device any more. Of a replay: the
     * journal has another epoch than the caller expects.
     */
    STALE_EPOCH,
    /** The device failed. */
    IO_ERROR,
    /** The flush does not fit between head and tail. */
    JOURNAL_FULL,
    /** The journal is dirty: replay it before it is opened. */
    JOURNAL_DIRTY,
    /** The journal cannot be replayed or read; nothing was changed. */
    JOURNAL_CORRUPT,
    /** Another replay of this journal is under way. */
    JOURNAL_BUSY,
    /** The journal is not open under any epoch. */
    JOURNAL_NOT_OPEN,
    /** The volume has no journal of that number. */
    NO_SUCH_JOURNAL,
    /** This service does not serve that volume. */
    NO_SUCH_VOLUME,
    /** A block outside the volume, or one that the caller may not write. */
    BAD_BLOCK_RANGE,
    /** A message that breaks its contract. */
    INVALID_ARGUMENT,
    /** A sync failed before: the volume takes no more writes until it is opened again. */
    VOLUME_FAILED,
    /**
     * The service could not be reached, or the answer did not come in time: it may or may not have
     * happened.
     */
    UNAVAILABLE
  }

  private final Reason reason;

  /** A failure with its reason and a message that names what, where and what to do. */
  public StorageException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** As above, with what caused it. */
  public StorageException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}
