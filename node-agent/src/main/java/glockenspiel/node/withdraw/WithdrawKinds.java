package glockenspiel.node.withdraw;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.state.InvariantViolation;

/** Which kind of withdraw a failure asks for. */
public final class WithdrawKinds {
  private WithdrawKinds() {}

  /** The kind of a failure that left something undone which must be done. */
  public static WithdrawKind of(Throwable cause) {
    return switch (cause) {
      case StorageException storage ->
          storage.reason() == StorageException.Reason.STALE_EPOCH
              ? WithdrawKind.FENCED
              : WithdrawKind.IO_ERROR;
      case CorruptBlockException corrupt -> WithdrawKind.CONSISTENCY;
      case InvariantViolation violation -> WithdrawKind.INVARIANT;
      default -> WithdrawKind.INVARIANT;
    };
  }
}
