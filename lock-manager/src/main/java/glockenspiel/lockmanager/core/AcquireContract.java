package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage.Acquire;

/** What a request has to keep to, whatever the state of its glock. */
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
    checkKind(session, acquire);
  }

  private static void checkKind(Session session, Acquire acquire) {
    boolean named = acquire.glock().type() == GlockType.APPLICATION;
    ContractBreach.require(
        named == session.lockspace.isNamespace(),
        () ->
            named
                ? "acquire: an application lock in the lockspace of a volume"
                : "acquire: a glock in a namespace of applications");
    ContractBreach.require(
        named || acquire.lockDelayMillis() == 0,
        () -> "acquire: a lock delay goes with application locks only");
  }
}
