package glockenspiel.protocol.wire;

import com.google.rpc.ErrorInfo;
import glockenspiel.lock.v1.LockErrorReason;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.Map;

/** The errors of the lock-manager. */
public final class LockErrors {
  private static final String PREFIX = "LOCK_ERROR_REASON_";
  private static final String SESSION_LOST = "sessionLost";
  private static final int RETRY_MILLIS = 1_000;

  private LockErrors() {}

  /** Writes an error of a call that belongs to no session. */
  public static StatusRuntimeException status(LockErrorReason reason, String message) {
    return ErrorWire.error(code(reason), name(reason), message, retryMillis(reason), Map.of());
  }

  /** Writes the end of a session's stream. */
  public static StatusRuntimeException sessionEnd(
      LockErrorReason reason, boolean sessionLost, String message) {
    return ErrorWire.error(
        code(reason),
        name(reason),
        message,
        retryMillis(reason),
        Map.of(SESSION_LOST, Boolean.toString(sessionLost)));
  }

  /** Reads the reason; UNSPECIFIED when it is not the lock-manager's own word. */
  public static LockErrorReason reason(Throwable failure) {
    String name = ErrorWire.reason(failure);
    for (LockErrorReason reason : LockErrorReason.values()) {
      if (reason != LockErrorReason.UNRECOGNIZED && name(reason).equals(name)) {
        return reason;
      }
    }
    return LockErrorReason.LOCK_ERROR_REASON_UNSPECIFIED;
  }

  /**
   * Whether the lock-manager said that the session is gone. A stream that merely broke says
   * nothing.
   */
  public static boolean isSessionLost(Throwable failure) {
    ErrorInfo info = ErrorWire.info(failure);
    return info != null && Boolean.parseBoolean(info.getMetadataOrDefault(SESSION_LOST, "false"));
  }

  private static String name(LockErrorReason reason) {
    return reason.name().substring(PREFIX.length());
  }

  static Code code(LockErrorReason reason) {
    return switch (reason) {
      case LOCK_ERROR_REASON_NOT_A_MEMBER,
          LOCK_ERROR_REASON_LEASE_ENDED,
          LOCK_ERROR_REASON_WRONG_LOCKSPACE_KIND ->
          Code.FAILED_PRECONDITION;
      case LOCK_ERROR_REASON_EVICTED, LOCK_ERROR_REASON_SUPERSEDED -> Code.ABORTED;
      case LOCK_ERROR_REASON_NODE_NAME_TAKEN -> Code.ALREADY_EXISTS;
      case LOCK_ERROR_REASON_NO_SUCH_LOCKSPACE -> Code.NOT_FOUND;
      case LOCK_ERROR_REASON_BAD_SEQUENCE -> Code.OUT_OF_RANGE;
      case LOCK_ERROR_REASON_INVALID_ARGUMENT -> Code.INVALID_ARGUMENT;
      case LOCK_ERROR_REASON_SLOW_CONSUMER, LOCK_ERROR_REASON_LIMIT_REACHED ->
          Code.RESOURCE_EXHAUSTED;
      case LOCK_ERROR_REASON_UNAVAILABLE, LOCK_ERROR_REASON_IN_GRACE -> Code.UNAVAILABLE;
      case LOCK_ERROR_REASON_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("not a reason: " + reason);
    };
  }

  static int retryMillis(LockErrorReason reason) {
    return switch (reason) {
      case LOCK_ERROR_REASON_NODE_NAME_TAKEN,
          LOCK_ERROR_REASON_LIMIT_REACHED,
          LOCK_ERROR_REASON_UNAVAILABLE,
          LOCK_ERROR_REASON_IN_GRACE ->
          RETRY_MILLIS;
      default -> 0;
    };
  }
}
