package glockenspiel.protocol.wire;

import glockenspiel.journal.v1.AppendFailure;
import glockenspiel.journal.v1.StorageErrorReason;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.Map;

/** The errors of the journal-service. */
public final class StorageErrors {
  private static final int RETRY_SOON_MILLIS = 100;
  private static final int RETRY_LATER_MILLIS = 1_000;

  private StorageErrors() {}

  /** Writes an error. */
  public static StatusRuntimeException status(StorageException failure) {
    return ErrorWire.error(
        code(failure.reason()),
        failure.reason().name(),
        message(failure),
        retryMillis(failure.reason()),
        Map.of());
  }

  /**
   * Reads whatever a storage call failed with. An error that is not the journal-service's own word
   * leaves open whether it happened: UNAVAILABLE.
   */
  public static StorageException exception(Throwable failure) {
    if (failure instanceof StorageException known) {
      return known;
    }
    String reason = ErrorWire.reason(failure);
    for (Reason candidate : Reason.values()) {
      if (candidate.name().equals(reason)) {
        return new StorageException(candidate, ErrorWire.message(failure), failure);
      }
    }
    io.grpc.Status status = io.grpc.Status.fromThrowable(failure);
    return new StorageException(
        Reason.UNAVAILABLE, status.getCode() + ": " + ErrorWire.message(failure), failure);
  }

  /** Writes the failure of one flush. */
  public static AppendFailure appendFailure(StorageException failure) {
    return AppendFailure.newBuilder()
        .setReason(reason(failure.reason()))
        .setMessage(message(failure))
        .build();
  }

  /** Reads the failure of one flush. */
  public static StorageException exception(AppendFailure failure) {
    return new StorageException(reason(failure.getReason()), failure.getMessage());
  }

  private static String message(StorageException failure) {
    String message = failure.getMessage();
    return message == null ? failure.reason().name() : message;
  }

  static Code code(Reason reason) {
    return switch (reason) {
      case STALE_EPOCH, JOURNAL_DIRTY, JOURNAL_NOT_OPEN, VOLUME_FAILED -> Code.FAILED_PRECONDITION;
      case IO_ERROR -> Code.INTERNAL;
      case JOURNAL_FULL -> Code.RESOURCE_EXHAUSTED;
      case JOURNAL_CORRUPT -> Code.DATA_LOSS;
      case JOURNAL_BUSY -> Code.ABORTED;
      case NO_SUCH_JOURNAL, NO_SUCH_VOLUME -> Code.NOT_FOUND;
      case BAD_BLOCK_RANGE -> Code.OUT_OF_RANGE;
      case INVALID_ARGUMENT -> Code.INVALID_ARGUMENT;
      case UNAVAILABLE -> Code.UNAVAILABLE;
    };
  }

  static int retryMillis(Reason reason) {
    return switch (reason) {
      case JOURNAL_FULL, JOURNAL_BUSY -> RETRY_SOON_MILLIS;
      case UNAVAILABLE -> RETRY_LATER_MILLIS;
      default -> 0;
    };
  }

  static StorageErrorReason reason(Reason reason) {
    return switch (reason) {
      case STALE_EPOCH -> StorageErrorReason.STORAGE_ERROR_REASON_STALE_EPOCH;
      case IO_ERROR -> StorageErrorReason.STORAGE_ERROR_REASON_IO_ERROR;
      case JOURNAL_FULL -> StorageErrorReason.STORAGE_ERROR_REASON_JOURNAL_FULL;
      case JOURNAL_DIRTY -> StorageErrorReason.STORAGE_ERROR_REASON_JOURNAL_DIRTY;
      case JOURNAL_CORRUPT -> StorageErrorReason.STORAGE_ERROR_REASON_JOURNAL_CORRUPT;
      case JOURNAL_BUSY -> StorageErrorReason.STORAGE_ERROR_REASON_JOURNAL_BUSY;
      case JOURNAL_NOT_OPEN -> StorageErrorReason.STORAGE_ERROR_REASON_JOURNAL_NOT_OPEN;
      case NO_SUCH_JOURNAL -> StorageErrorReason.STORAGE_ERROR_REASON_NO_SUCH_JOURNAL;
      case NO_SUCH_VOLUME -> StorageErrorReason.STORAGE_ERROR_REASON_NO_SUCH_VOLUME;
      case BAD_BLOCK_RANGE -> StorageErrorReason.STORAGE_ERROR_REASON_BAD_BLOCK_RANGE;
      case INVALID_ARGUMENT -> StorageErrorReason.STORAGE_ERROR_REASON_INVALID_ARGUMENT;
      case VOLUME_FAILED -> StorageErrorReason.STORAGE_ERROR_REASON_VOLUME_FAILED;
      case UNAVAILABLE -> StorageErrorReason.STORAGE_ERROR_REASON_UNAVAILABLE;
    };
  }

  static Reason reason(StorageErrorReason reason) {
    return switch (reason) {
      case STORAGE_ERROR_REASON_STALE_EPOCH -> Reason.STALE_EPOCH;
      case STORAGE_ERROR_REASON_IO_ERROR -> Reason.IO_ERROR;
      case STORAGE_ERROR_REASON_JOURNAL_FULL -> Reason.JOURNAL_FULL;
      case STORAGE_ERROR_REASON_JOURNAL_DIRTY -> Reason.JOURNAL_DIRTY;
      case STORAGE_ERROR_REASON_JOURNAL_CORRUPT -> Reason.JOURNAL_CORRUPT;
      case STORAGE_ERROR_REASON_JOURNAL_BUSY -> Reason.JOURNAL_BUSY;
      case STORAGE_ERROR_REASON_JOURNAL_NOT_OPEN -> Reason.JOURNAL_NOT_OPEN;
      case STORAGE_ERROR_REASON_NO_SUCH_JOURNAL -> Reason.NO_SUCH_JOURNAL;
      case STORAGE_ERROR_REASON_NO_SUCH_VOLUME -> Reason.NO_SUCH_VOLUME;
      case STORAGE_ERROR_REASON_BAD_BLOCK_RANGE -> Reason.BAD_BLOCK_RANGE;
      case STORAGE_ERROR_REASON_INVALID_ARGUMENT -> Reason.INVALID_ARGUMENT;
      case STORAGE_ERROR_REASON_VOLUME_FAILED -> Reason.VOLUME_FAILED;
      // A reason that this end does not know leaves open what happened.
      case STORAGE_ERROR_REASON_UNAVAILABLE, STORAGE_ERROR_REASON_UNSPECIFIED, UNRECOGNIZED ->
          Reason.UNAVAILABLE;
    };
  }
}
