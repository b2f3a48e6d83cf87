package glockenspiel.journal.device;

import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The state as a file beside the image, {@code IMAGE.glockenspiel}: text with a checksum, replaced
 * by writing {@code IMAGE.glockenspiel.tmp}, syncing it, renaming it, and syncing the folder.
 *
 * <p>An image that is opened for the first time has no such file, and nothing in the image could
 * tell that it had one. So a missing file is a new state, but its epochs begin at the present time
 * in seconds: a node that was fenced before the file was lost still has a lower one, and stays out
 * (rule 3). A file that is there and damaged is never taken for a missing one.
 */
public final class VolumeStateFile implements EpochStore {
  /** What the file's name has behind the image's. */
  public static final String SUFFIX = ".glockenspiel";

  private static final int BYTES_MAX = 1 << 24;

  private final Path file;
  private final StateFolder folder;
  private final String name;
  private final String temporary;
  private final SerialOwner owner;
  private final InstantSource clock;

  /**
   * The state of an image.
   *
   * @param owner completes all promises
   * @param clock gives the first epoch when there is no file
   */
  public VolumeStateFile(Path image, SerialOwner owner, InstantSource clock) {
    this(of(image), StateFolder.of(folderOf(image)), owner, clock);
  }

  /**
   * A state in some folder.
   *
   * @param file its name is the file's; all of it is for messages
   */
  VolumeStateFile(Path file, StateFolder folder, SerialOwner owner, InstantSource clock) {
    this.file = file;
    this.folder = folder;
    this.name = String.valueOf(file.getFileName());
    this.temporary = name + ".tmp";
    this.owner = owner;
    this.clock = clock;
  }

  private static Path folderOf(Path image) {
    return Objects.requireNonNull(image.toAbsolutePath().getParent());
  }

  /** Where the state of an image is kept. */
  public static Path of(Path image) {
    return image.resolveSibling(image.getFileName() + SUFFIX);
  }

  @Override
  public Promise<VolumeState> load() {
    return run("read", this::loadNow);
  }

  private VolumeState loadNow() throws IOException {
    byte[] bytes = folder.read(name, BYTES_MAX);
    if (bytes == null) {
      return VolumeState.fresh(Math.max(1, clock.instant().getEpochSecond()));
    }
    VolumeState state;
    try {
      state = VolumeStateText.decode(bytes);
    } catch (IllegalArgumentException | ArithmeticException cause) {
      throw damaged(String.valueOf(cause.getMessage()));
    }
    // Whoever saved it may have been killed before it did this. What is read here is told to others
    // as durable (a fenced epoch, rule 3), and must not be gone after the next crash of the host.
    folder.syncNames();
    return state;
  }

  private IOException damaged(String why) {
    return new IOException(
        why
            + ". It holds the fencing epochs. Put it back from a copy; or, when no node has the"
            + " volume mounted, delete it: new epochs are then higher than all old ones");
  }

  @Override
  public Promise<@Nullable Void> save(VolumeState state) {
    byte[] bytes = VolumeStateText.encode(state);
    return this.<@Nullable Void>run(
        "replace",
        () -> {
          saveNow(bytes);
          return null;
        });
  }

  private void saveNow(byte[] bytes) throws IOException {
    folder.write(temporary, bytes);
    folder.sync(temporary);
    folder.rename(temporary, name);
    folder.syncNames();
  }

  private <T extends @Nullable Object> Promise<T> run(String what, Callable<T> operation) {
    Promise<T> promise = new Promise<>();
    Thread.ofVirtual()
        .name("volume-state")
        .start(
            () -> {
              try {
                T result = operation.call();
                owner.execute(() -> promise.complete(result));
              } catch (Exception cause) {
                StorageException failure =
                    new StorageException(
                        Reason.IO_ERROR,
                        "volume state " + file + ": cannot " + what + " it: " + cause.getMessage(),
                        cause);
                owner.execute(() -> promise.fail(failure));
              }
            });
    return promise;
  }
}
