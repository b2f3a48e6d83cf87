package glockenspiel.node.grpc;

import glockenspiel.lock.v1.LockErrorReason;
import glockenspiel.node.core.NodeException;
import glockenspiel.node.filesystem.FileSystemException;
import glockenspiel.node.freeze.FreezeException;
import glockenspiel.node.glock.GlockException;
import glockenspiel.node.glock.SessionException;
import glockenspiel.node.recovery.RecoveryStoppedException;
import glockenspiel.node.transaction.WithdrawnException;
import glockenspiel.node.v1.NodeErrorReason;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.wire.LockErrors;
import glockenspiel.protocol.wire.NodeErrors;
import glockenspiel.protocol.wire.StorageErrors;
import glockenspiel.runtime.task.OwnerStoppedException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What went wrong in the node, as the status of a call. What another service refused keeps that
 * service's reason.
 */
final class NodeFailures {
  private static final Logger LOG = LoggerFactory.getLogger(NodeFailures.class);

  private NodeFailures() {}

  /** The status of whatever an operation or a mount has thrown. */
  static StatusRuntimeException status(Throwable failure) {
    return switch (failure) {
      case StatusRuntimeException known -> known;
      case FileSystemException refused -> ofFileSystem(refused);
      case NodeException refused -> ofNode(refused);
      case GlockException refused -> ofGlock(refused);
      case FreezeException refused -> ofFreeze(refused);
      case StorageException refused -> StorageErrors.status(refused);
      case SessionException unreachable ->
          LockErrors.status(LockErrorReason.LOCK_ERROR_REASON_UNAVAILABLE, message(unreachable));
      case WithdrawnException withdrawn ->
          NodeErrors.status(NodeErrorReason.NODE_ERROR_REASON_WITHDRAWN, message(withdrawn));
      case RecoveryStoppedException ended ->
          NodeErrors.status(NodeErrorReason.NODE_ERROR_REASON_NOT_MOUNTED, message(ended));
      case UnsupportedOperationException unsupported ->
          NodeErrors.status(NodeErrorReason.NODE_ERROR_REASON_UNSUPPORTED, message(unsupported));
      case OwnerStoppedException stopped ->
          LockErrors.status(LockErrorReason.LOCK_ERROR_REASON_UNAVAILABLE, "the node-agent stops");
      default -> {
        LOG.error("event=UNEXPECTED_FAILURE detail={}", message(failure), failure);
        yield Status.INTERNAL
            .withDescription(failure.getClass().getSimpleName() + ": " + message(failure))
            .asRuntimeException();
      }
    };
  }

  /**
   * The status of what serving a request has thrown. An {@link IllegalArgumentException} names a
   * bad field of it: neither the node nor its file system throws one for anything else.
   */
  static StatusRuntimeException ofRequest(RuntimeException failure) {
    return failure instanceof IllegalArgumentException bad
        ? NodeErrors.status(NodeErrorReason.NODE_ERROR_REASON_INVALID_ARGUMENT, message(bad))
        : status(failure);
  }

  /** A call that the node does not do. */
  static StatusRuntimeException unsupported(String what) {
    return NodeErrors.status(NodeErrorReason.NODE_ERROR_REASON_UNSUPPORTED, what);
  }

  private static String message(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  private static StatusRuntimeException ofNode(NodeException failure) {
    String message = message(failure);
    return switch (failure.reason()) {
      case NOT_MOUNTED, ABORTED ->
          NodeErrors.status(NodeErrorReason.NODE_ERROR_REASON_NOT_MOUNTED, message);
      case ALREADY_MOUNTED ->
          NodeErrors.status(NodeErrorReason.NODE_ERROR_REASON_ALREADY_MOUNTED, message);
      case WITHDRAWN -> NodeErrors.status(NodeErrorReason.NODE_ERROR_REASON_WITHDRAWN, message);
      case WRONG_VOLUME ->
          StorageErrors.status(
              new StorageException(StorageException.Reason.NO_SUCH_VOLUME, message));
      case NO_JOURNAL ->
          StorageErrors.status(
              new StorageException(StorageException.Reason.NO_SUCH_JOURNAL, message));
    };
  }

  private static StatusRuntimeException ofFreeze(FreezeException failure) {
    NodeErrorReason reason =
        switch (failure.reason()) {
          case FROZEN -> NodeErrorReason.NODE_ERROR_REASON_FROZEN;
          case NOT_FROZEN -> NodeErrorReason.NODE_ERROR_REASON_NOT_FROZEN;
          case FROZEN_ELSEWHERE -> NodeErrorReason.NODE_ERROR_REASON_FROZEN_ELSEWHERE;
          case GIVEN_UP -> NodeErrorReason.NODE_ERROR_REASON_FREEZE_GIVEN_UP;
          case SPECTATOR -> NodeErrorReason.NODE_ERROR_REASON_READ_ONLY;
          case WITHDRAWN -> NodeErrorReason.NODE_ERROR_REASON_WITHDRAWN;
        };
    return NodeErrors.status(reason, message(failure));
  }

  /** A lock that could not be had for now: nothing happened, and trying again helps. */
  private static StatusRuntimeException ofGlock(GlockException failure) {
    return switch (failure.reason()) {
      case WITHDRAWN ->
          NodeErrors.status(NodeErrorReason.NODE_ERROR_REASON_WITHDRAWN, message(failure));
      case REFUSED ->
          LockErrors.status(LockErrorReason.LOCK_ERROR_REASON_LIMIT_REACHED, message(failure));
      case TRY_FAILED, CANCELLED ->
          LockErrors.status(LockErrorReason.LOCK_ERROR_REASON_UNAVAILABLE, message(failure));
    };
  }

  private static StatusRuntimeException ofFileSystem(FileSystemException failure) {
    if (failure.code() == FileSystemException.Code.IO) {
      return ofIo(failure);
    }
    NodeErrorReason reason =
        switch (failure.code()) {
          case NOT_FOUND -> NodeErrorReason.NODE_ERROR_REASON_NO_SUCH_ENTRY;
          case EXISTS -> NodeErrorReason.NODE_ERROR_REASON_ENTRY_EXISTS;
          case NOT_A_DIRECTORY -> NodeErrorReason.NODE_ERROR_REASON_NOT_A_DIRECTORY;
          case IS_A_DIRECTORY -> NodeErrorReason.NODE_ERROR_REASON_IS_A_DIRECTORY;
          case NOT_EMPTY -> NodeErrorReason.NODE_ERROR_REASON_NOT_EMPTY;
          case NO_SPACE, NO_ROOM_IN_DIRECTORY -> NodeErrorReason.NODE_ERROR_REASON_NO_SPACE;
          case NAME_TOO_LONG -> NodeErrorReason.NODE_ERROR_REASON_BAD_NAME;
          case INVALID, IO -> NodeErrorReason.NODE_ERROR_REASON_INVALID_ARGUMENT;
          case FILE_TOO_LARGE -> NodeErrorReason.NODE_ERROR_REASON_FILE_TOO_LARGE;
          case TOO_MANY_LINKS -> NodeErrorReason.NODE_ERROR_REASON_TOO_MANY_LINKS;
          case READ_ONLY -> NodeErrorReason.NODE_ERROR_REASON_READ_ONLY;
          case WITHDRAWN -> NodeErrorReason.NODE_ERROR_REASON_WITHDRAWN;
        };
    return NodeErrors.status(reason, message(failure));
  }

  /** The cause knows better; the message names the path. */
  private static StatusRuntimeException ofIo(FileSystemException failure) {
    if (failure.getCause() instanceof GlockException refused) {
      return ofGlock(refused);
    }
    StorageException.Reason reason =
        failure.getCause() instanceof StorageException refused
            ? refused.reason()
            : StorageException.Reason.IO_ERROR;
    return StorageErrors.status(new StorageException(reason, message(failure), failure));
  }
}
