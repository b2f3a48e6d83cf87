package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import glockenspiel.protocol.lock.NodeMessage.Reassert;

/** What a request, or a lock that is brought back, has to keep to, whatever its glock's state. */
final class AcquireContract {
  private AcquireContract() {}

  /**
   * Checks a request.
   *
   * @throws ContractBreach in words
   */
  static void check(Session session, Acquire acquire) {
    ContractBreach.require(
        Long.compareUnsigned(acquire.requestId(), session.newestRequestId) > 0,
        () ->
            "acquire: request id "
                + Long.toUnsignedString(acquire.requestId())
                + " is not greater than "
                + Long.toUnsignedString(session.newestRequestId));
    ContractBreach.require(
        acquire.mode() != LockMode.UN,
        () -> "acquire: mode UN cannot be acquired, only lowered to");
    ContractBreach.require(
        (acquire.flags() & ~LockFlags.ALL) == 0,
        () -> "acquire: flags " + acquire.flags() + " have bits without a meaning");
    ContractBreach.require(
        !LockFlags.has(acquire.flags(), LockFlags.TRY | LockFlags.TRY_1CB),
        () -> "acquire: flags TRY and TRY_1CB exclude each other");
    ContractBreach.require(
        acquire.mode() != LockMode.EX || !LockFlags.has(acquire.flags(), LockFlags.ANY),
        () -> "acquire: flag ANY goes with SH and DF only");
    checkKind("acquire", session, acquire.glock(), acquire.lockDelayMillis());
  }

  /** Checks what is held again: it must be what could have been granted. */
  static void check(Session session, Reassert reassert) {
    checkKind("reassert", session, reassert.glock(), reassert.lockDelayMillis());
    ContractBreach.require(reassert.mode() != LockMode.UN, () -> "reassert: UN is nothing to hold");
    ContractBreach.require(
        reassert.grantNumber() <= GrantNumbers.MAX,
        () -> "reassert: grant number " + reassert.grantNumber() + " is above all that are given");
  }

  private static void checkKind(
      String message, Session session, GlockName glock, int lockDelayMillis) {
    boolean named = glock.type() == GlockType.APPLICATION;
    ContractBreach.require(
        named == session.lockspace.isNamespace(),
        () ->
            message
                + (named
                    ? ": an application lock in the lockspace of a volume"
                    : ": a glock in a namespace of applications"));
    ContractBreach.require(
        named || lockDelayMillis == 0,
        () -> message + ": a lock delay goes with application locks only");
  }
}
