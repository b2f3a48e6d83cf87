package glockenspiel.node.withdraw;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.state.InvariantViolation;

/** Which kind of withdraw a failure asks for. */
public final class WithdrawKinds {
  private WithdrawKinds() {}

  /**
   * The kind of a failed call to the journal-service.
   *
   * @param otherwise what it is when the journal-service has answered, and the epoch still holds
   */
  public static WithdrawKind of(StorageException failure, WithdrawKind otherwise) {
    return switch (failure.reason()) {
      case STALE_EPOCH -> WithdrawKind.FENCED;
      case UNAVAILABLE -> WithdrawKind.STORAGE_AWAY;
      default -> otherwise;
    };
  }

  /** The kind of a failure that left something undone which must be done. */
  public static WithdrawKind of(Throwable cause) {
    return switch (cause) {
      case StorageException storage -> of(storage, WithdrawKind.IO_ERROR);
      case CorruptBlockException corrupt -> WithdrawKind.CONSISTENCY;
      case InvariantViolation violation -> WithdrawKind.INVARIANT;
      default -> WithdrawKind.INVARIANT;
    };
  }
}
