package glockenspiel.journal.app;

import glockenspiel.journal.core.HeaderClock;
import glockenspiel.journal.core.Volume;
import glockenspiel.journal.device.BlockDevice;
import glockenspiel.journal.device.FileBlockDevice;
import glockenspiel.journal.device.PieceMemory;
import glockenspiel.journal.device.Transfer;
import glockenspiel.journal.device.VolumeStateFile;
import glockenspiel.journal.grpc.ServedVolume;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.task.VirtualThreadOwner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One image with its owner, device and volume. */
final class OpenedImage implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenedImage.class);
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private final Path image;
  private final VirtualThreadOwner owner;
  private final FileBlockDevice device;
  private final ServedVolume served;

  private OpenedImage(
      Path image, VirtualThreadOwner owner, FileBlockDevice device, ServedVolume served) {
    this.image = image;
    this.owner = owner;
    this.device = device;
    this.served = served;
  }

  /**
   * Opens an image for writing, alone.
   *
   * @param wrap makes of the image's device the one to use
   * @throws IOException in one sentence, when it is in use, cannot be read, or not in this way
   * @throws StorageException in one sentence, when it is no volume
   */
  static OpenedImage open(
      Path image, Transfer transfer, Clock clock, UnaryOperator<BlockDevice> wrap)
      throws IOException {
    VirtualThreadOwner owner =
        new VirtualThreadOwner(
            "volume-" + image.getFileName(),
            (what, thrown) -> LOG.error("failed in {} image={}", what, image, thrown));
    FileBlockDevice device = null;
    ServedVolume served = null;
    try {
      device = FileBlockDevice.open(image, FileBlockDevice.Access.WRITE, transfer, owner);
      served = openVolume(image, owner, wrap.apply(device), clock);
      LOG.info(
          "volume opened volume={} image={} blockSize={} blocks={} journals={} transfer={}",
          served.info().name(),
          image,
          served.info().blockSize(),
          served.info().blocks(),
          served.info().journals(),
          transfer);
      return new OpenedImage(image, owner, device, served);
    } finally {
      if (served == null) {
        if (device != null) {
          device.close();
        }
        owner.close();
      }
    }
  }

  private static ServedVolume openVolume(
      Path image, VirtualThreadOwner owner, BlockDevice device, Clock clock) {
    HeaderClock headerClock =
        () -> {
          Instant now = clock.instant();
          return now.getEpochSecond() * NANOS_PER_SECOND + now.getNano();
        };
    CompletableFuture<ServedVolume> opened = new CompletableFuture<>();
    owner.execute(
        () ->
            Volume.open(
                    owner,
                    device,
                    new VolumeStateFile(image, owner, clock),
                    headerClock,
                    PieceMemory.ofProcess())
                .whenDone(
                    (volume, failure) -> {
                      if (failure != null || volume == null) {
                        opened.completeExceptionally(
                            failure == null ? new IllegalStateException("no volume") : failure);
                      } else {
                        logFailure(image, volume);
                        opened.complete(new ServedVolume(volume.info(), volume, owner));
                      }
                    }));
    try {
      return opened.join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof StorageException known) {
        throw new StorageException(
            known.reason(), "image " + image + ": " + known.getMessage(), known);
      }
      throw new StorageException(
          Reason.IO_ERROR, "image " + image + " cannot be opened: " + failed.getCause(), failed);
    }
  }

  private static void logFailure(Path image, Volume volume) {
    volume
        .failed()
        .whenDone(
            (failure, never) ->
                LOG.error(
                    "volume failed volume={} image={} restart=needed reason={}",
                    volume.info().name(),
                    image,
                    failure == null ? "" : failure.getMessage()));
  }

  ServedVolume served() {
    return served;
  }

  /** Carries out what was called before, and gives the image free. */
  @Override
  public void close() {
    try {
      device.close();
    } catch (IOException failure) {
      LOG.warn("image={} could not be closed: {}", image, failure.toString());
    }
    owner.close();
  }
}
