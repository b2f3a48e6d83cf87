package glockenspiel.journal.offline;

import glockenspiel.journal.core.HeaderClock;
import glockenspiel.journal.core.Volume;
import glockenspiel.journal.device.FileBlockDevice;
import glockenspiel.journal.device.FileBlockDevice.Access;
import glockenspiel.journal.device.PieceMemory;
import glockenspiel.journal.device.VolumeStateFile;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.VirtualThreadOwner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An image file opened for one command, alone: a service that has it open is a clear error. Calls
 * block the calling thread.
 *
 * <pre>{@code
 * try (OfflineVolume offline = OfflineVolume.open(image, Access.READ)) {
 *   JournalCheck check = offline.call(volume -> volume.check(0));
 * }
 * }</pre>
 */
public final class OfflineVolume implements AutoCloseable {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final VirtualThreadOwner owner;
  private final FileBlockDevice device;
  private final Volume volume;

  private OfflineVolume(VirtualThreadOwner owner, FileBlockDevice device, Volume volume) {
    this.owner = owner;
    this.device = device;
    this.volume = volume;
  }

  /**
   * Opens an image. Changes nothing.
   *
   * @param access READ for commands that only look
   * @throws IOException in one line, when the file cannot be opened or is in use
   * @throws StorageException in one line, when it holds no volume that can be read
   */
  public static OfflineVolume open(Path image, Access access) throws IOException {
    VirtualThreadOwner owner = new VirtualThreadOwner("offline", (what, thrown) -> {});
    FileBlockDevice device = null;
    OfflineVolume opened = null;
    try {
      FileBlockDevice file = FileBlockDevice.open(image, access, owner);
      device = file;
      VolumeStateFile state = new VolumeStateFile(image, owner, InstantSource.system());
      Volume volume = openVolume(image, owner, file, state);
      opened = new OfflineVolume(owner, file, volume);
      return opened;
    } catch (StorageException refused) {
      throw new StorageException(
          refused.reason(), "image " + image + ": " + refused.getMessage(), refused);
    } finally {
      if (opened == null) {
        owner.close();
        if (device != null) {
          device.close();
        }
      }
    }
  }

  private static Volume openVolume(
      Path image, VirtualThreadOwner owner, FileBlockDevice device, VolumeStateFile state) {
    try {
      return await(
          owner,
          () ->
              Volume.open(
                  owner,
                  device,
                  state,
                  systemClock(InstantSource.system()),
                  PieceMemory.ofProcess()));
    } catch (StorageException refused) {
      throw new StorageException(
          refused.reason(), "image " + image + ": " + refused.getMessage(), refused);
    }
  }

  /** The times of log headers from a clock. */
  public static HeaderClock systemClock(InstantSource clock) {
    return () -> {
      Instant now = clock.instant();
      return now.getEpochSecond() * NANOS_PER_SECOND + now.getNano();
    };
  }

  /**
   * Calls the volume on its owner, and waits for the answer.
   *
   * @throws StorageException what the call failed with
   */
  public <T extends @Nullable Object> T call(Function<Volume, Promise<T>> call) {
    return await(owner, () -> call.apply(volume));
  }

  private interface Call<T extends @Nullable Object> {
    Promise<T> run();
  }

  @SuppressWarnings("NullAway") // the value is null only where T allows it
  private static <T extends @Nullable Object> T await(VirtualThreadOwner owner, Call<T> call) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    owner.execute(
        () -> {
          try {
            call.run()
                .whenDone(
                    (value, failure) -> {
                      if (failure != null) {
                        answer.completeExceptionally(failure);
                      } else {
                        answer.complete(value);
                      }
                    });
          } catch (RuntimeException thrown) {
            answer.completeExceptionally(thrown);
          }
        });
    try {
      return answer.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof StorageException refused) {
        throw new StorageException(refused.reason(), String.valueOf(refused.getMessage()), refused);
      }
      throw new StorageException(Reason.IO_ERROR, String.valueOf(failed.getCause()), failed);
    }
  }

  /** Gives the image free. */
  @Override
  public void close() throws IOException {
    owner.close();
    device.close();
  }
}
