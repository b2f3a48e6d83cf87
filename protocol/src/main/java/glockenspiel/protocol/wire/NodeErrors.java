package glockenspiel.protocol.wire;

import glockenspiel.node.v1.NodeErrorReason;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.Map;

/** The errors of the node-agent. */
public final class NodeErrors {
  private static final String PREFIX = "NODE_ERROR_REASON_";
  private static final int RETRY_MILLIS = 1_000;

  private NodeErrors() {}

  /** Writes an error. */
  public static StatusRuntimeException status(NodeErrorReason reason, String message) {
    return ErrorWire.error(code(reason), name(reason), message, retryMillis(reason), Map.of());
  }

  /** Reads the reason; UNSPECIFIED when it is not the node-agent's own word. */
  public static NodeErrorReason reason(Throwable failure) {
    String name = ErrorWire.reason(failure);
    for (NodeErrorReason reason : NodeErrorReason.values()) {
      if (reason != NodeErrorReason.UNRECOGNIZED && name(reason).equals(name)) {
        return reason;
      }
    }
    return NodeErrorReason.NODE_ERROR_REASON_UNSPECIFIED;
  }

  private static String name(NodeErrorReason reason) {
    return reason.name().substring(PREFIX.length());
  }

  static Code code(NodeErrorReason reason) {
    return switch (reason) {
      case NODE_ERROR_REASON_INVALID_ARGUMENT, NODE_ERROR_REASON_BAD_NAME -> Code.INVALID_ARGUMENT;
      case NODE_ERROR_REASON_NOT_MOUNTED,
          NODE_ERROR_REASON_ALREADY_MOUNTED,
          NODE_ERROR_REASON_WITHDRAWN,
          NODE_ERROR_REASON_NOT_A_DIRECTORY,
          NODE_ERROR_REASON_IS_A_DIRECTORY,
          NODE_ERROR_REASON_NOT_EMPTY,
          NODE_ERROR_REASON_TOO_MANY_LINKS,
          NODE_ERROR_REASON_FROZEN,
          NODE_ERROR_REASON_NOT_FROZEN,
          NODE_ERROR_REASON_FROZEN_ELSEWHERE ->
          Code.FAILED_PRECONDITION;
      case NODE_ERROR_REASON_FREEZE_GIVEN_UP -> Code.ABORTED;
      case NODE_ERROR_REASON_RECOVERY_PENDING -> Code.UNAVAILABLE;
      case NODE_ERROR_REASON_NO_SUCH_ENTRY -> Code.NOT_FOUND;
      case NODE_ERROR_REASON_ENTRY_EXISTS -> Code.ALREADY_EXISTS;
      case NODE_ERROR_REASON_NO_SPACE -> Code.RESOURCE_EXHAUSTED;
      case NODE_ERROR_REASON_FILE_TOO_LARGE -> Code.OUT_OF_RANGE;
      case NODE_ERROR_REASON_READ_ONLY -> Code.PERMISSION_DENIED;
      case NODE_ERROR_REASON_UNSUPPORTED -> Code.UNIMPLEMENTED;
      case NODE_ERROR_REASON_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("not a reason: " + reason);
    };
  }

  static int retryMillis(NodeErrorReason reason) {
    return reason == NodeErrorReason.NODE_ERROR_REASON_RECOVERY_PENDING ? RETRY_MILLIS : 0;
  }
}
