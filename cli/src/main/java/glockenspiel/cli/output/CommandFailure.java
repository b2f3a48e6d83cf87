package glockenspiel.cli.output;

import glockenspiel.journal.device.ImageInUseException;
import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.config.ConfigurationException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;

/** A command cannot go on; the message is the one line that the user reads. */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;
  private final boolean unforeseen;

  /** A failure that somebody thought of. */
  public CommandFailure(int exitCode, String message) {
    this(exitCode, message, null, false);
  }

  private CommandFailure(
      int exitCode,
      String message,
      @org.jspecify.annotations.Nullable Throwable cause,
      boolean unforeseen) {
    super(message, cause);
    this.exitCode = exitCode;
    this.unforeseen = unforeseen;
  }

  /** A wrong flag or argument. */
  public static CommandFailure wrongUsage(String message) {
    return new CommandFailure(ExitCode.WRONG_USAGE, message);
  }

  /** What a thrown exception means for the user. */
  public static CommandFailure of(Throwable thrown) {
    return switch (thrown) {
      case CommandFailure failure -> failure;
      case UncheckedIOException io -> of(Objects.requireNonNull(io.getCause()));
      case CorruptBlockException corrupt -> caused(ExitCode.BAD_ANSWER, corrupt);
      case StorageException storage -> caused(exitCode(storage.reason()), storage);
      case ConfigurationException wrong -> caused(ExitCode.WRONG_USAGE, wrong);
      case StatusRuntimeException status -> ofStatus(status);
      case NoSuchFileException missing ->
          wrongUsage(missing.getFile() + ": no such file; give the path of an image");
      case FileAlreadyExistsException there ->
          wrongUsage(there.getFile() + ": exists already; --force overwrites it");
      case AccessDeniedException denied ->
          new CommandFailure(ExitCode.REFUSED, denied.getFile() + ": permission denied");
      case ImageInUseException inUse -> caused(ExitCode.REFUSED, inUse);
      case IOException io when io.getCause() instanceof NoSuchFileException ->
          caused(ExitCode.WRONG_USAGE, io);
      case IOException io -> caused(ExitCode.BAD_ANSWER, io);
      default ->
          new CommandFailure(
              ExitCode.BAD_ANSWER,
              "unforeseen " + thrown + "; please report it with the lines below",
              thrown,
              true);
    };
  }

  private static CommandFailure caused(int exitCode, Throwable cause) {
    String message = cause.getMessage();
    return new CommandFailure(exitCode, message == null ? cause.toString() : message, cause, false);
  }

  private static int exitCode(StorageException.Reason reason) {
    return switch (reason) {
      case STALE_EPOCH, JOURNAL_BUSY, VOLUME_FAILED -> ExitCode.REFUSED;
      case UNAVAILABLE -> ExitCode.UNREACHABLE;
      case INVALID_ARGUMENT, NO_SUCH_JOURNAL, NO_SUCH_VOLUME, BAD_BLOCK_RANGE ->
          ExitCode.WRONG_USAGE;
      case IO_ERROR, JOURNAL_FULL, JOURNAL_DIRTY, JOURNAL_CORRUPT, JOURNAL_NOT_OPEN ->
          ExitCode.BAD_ANSWER;
    };
  }

  private static CommandFailure ofStatus(StatusRuntimeException thrown) {
    Status status = thrown.getStatus();
    String text = status.getDescription() == null ? "" : ": " + status.getDescription();
    int code =
        switch (status.getCode()) {
          case UNAVAILABLE, DEADLINE_EXCEEDED -> ExitCode.UNREACHABLE;
          case INVALID_ARGUMENT, NOT_FOUND, OUT_OF_RANGE -> ExitCode.WRONG_USAGE;
          case PERMISSION_DENIED, UNAUTHENTICATED, FAILED_PRECONDITION, ABORTED -> ExitCode.REFUSED;
          default -> ExitCode.BAD_ANSWER;
        };
    return new CommandFailure(code, status.getCode() + text, thrown, false);
  }

  /** See {@link ExitCode}. */
  public int exitCode() {
    return exitCode;
  }

  /** Nobody thought of it: the stack trace helps. */
  public boolean isUnforeseen() {
    return unforeseen;
  }
}
