package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockValue;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The limits as they meet one request. What a request must not be is refused, and its session goes
 * on.
 *
 * <p>Is there a problem if a session that asks for too much is given up? Yes: its node did nothing
 * that endangers anybody, and a volume's node that is lost is replayed and withdraws.
 */
final class Admission {
  private final LockLimits limits;

  Admission(LockLimits limits) {
    this.limits = limits;
  }

  /** Why a request cannot be granted, whatever others hold; null when it can. */
  @Nullable String refusal(Session session, @Nullable Hold own, Acquire acquire) {
    if (acquire.lockDelayMillis() > limits.lockDelayMillisMax()) {
      return "INVALID_ARGUMENT: a lock delay of "
          + acquire.lockDelayMillis()
          + " ms is above the limit of "
          + limits.lockDelayMillisMax();
    }
    if (own != null) {
      return null;
    }
    if (session.holdCount() + session.waitingCount() >= limits.locksMax()) {
      return "RESOURCE_EXHAUSTED: the session holds or waits for "
          + limits.locksMax()
          + " locks, the limit of a session";
    }
    return refusal(acquire.glock());
  }

  private @Nullable String refusal(GlockName glock) {
    String name = glock.applicationName();
    if (name == null) {
      return null;
    }
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    return bytes <= limits.nameBytesMax()
        ? null
        : "INVALID_ARGUMENT: a name of "
            + bytes
            + " bytes is above the limit of "
            + limits.nameBytesMax();
  }

  /** Why a request may not wait; null when it may. */
  @Nullable String refusalToWait(Session session) {
    return session.waitingCount() < limits.waitingMax()
        ? null
        : "RESOURCE_EXHAUSTED: "
            + limits.waitingMax()
            + " requests of the session wait already, the limit of a session";
  }

  /**
   * A lock value comes with a lower, which has no answer that could refuse it.
   *
   * @throws ContractBreach when it is too long
   */
  void checkValue(LockValue value) {
    ContractBreach.require(
        value.size() <= limits.lockValueBytesMax(),
        () ->
            "lower: a lock value of "
                + value.size()
                + " bytes is above the limit of "
                + limits.lockValueBytesMax());
  }
}
