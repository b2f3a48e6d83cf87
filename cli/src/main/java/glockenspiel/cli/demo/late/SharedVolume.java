package glockenspiel.cli.demo.late;

import glockenspiel.journal.core.Volume;
import glockenspiel.journal.core.VolumePort;
import glockenspiel.journal.device.FileBlockDevice;
import glockenspiel.journal.device.FileBlockDevice.Access;
import glockenspiel.journal.device.PieceMemory;
import glockenspiel.journal.device.VolumeStateFile;
import glockenspiel.journal.offline.OfflineVolume;
import glockenspiel.node.filesystem.FileSystem;
import glockenspiel.node.filesystem.FileSystemSettings;
import glockenspiel.node.transaction.LogSettings;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.Task;
import glockenspiel.runtime.task.VirtualThreadOwner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A volume and the nodes that have it mounted, on one owner, with no lock-manager anywhere. Calls
 * block.
 */
final class SharedVolume implements AutoCloseable {
  private static final Duration NEVER = Duration.ofHours(1);

  private final VirtualThreadOwner owner;
  private final FileBlockDevice device;
  private final Volume volume;
  private final StoragePort port;

  /** A mounted node without a lock-manager. */
  final class Mounted {
    private final OpenedJournal journal;
    private final FileSystem files;

    private Mounted(OpenedJournal journal, FileSystem files) {
      this.journal = journal;
      this.files = files;
    }

    /** Does something with its files. */
    void run(java.util.function.Consumer<FileSystem> operation) {
      call(
          () -> {
            operation.accept(files);
            return "";
          });
    }

    /** Leaves in order. */
    void unmount() {
      call(
          () -> {
            files.unmount();
            owner.await(port.closeJournal(journal.jid(), journal.epoch()));
            return "";
          });
    }

    /** Stops dead, fenced; its journal is what it is. */
    void die() {
      call(
          () -> {
            files.abort();
            owner.await(port.fence(journal.jid(), journal.epoch(), ""));
            return "";
          });
    }
  }

  private SharedVolume(VirtualThreadOwner owner, FileBlockDevice device, Volume volume) {
    this.owner = owner;
    this.device = device;
    this.volume = volume;
    this.port = new VolumePort(volume);
  }

  static SharedVolume open(Path image) throws IOException {
    VirtualThreadOwner owner = new VirtualThreadOwner("late-replay", (what, thrown) -> {});
    FileBlockDevice device = null;
    SharedVolume opened = null;
    try {
      FileBlockDevice file = FileBlockDevice.open(image, Access.WRITE, owner);
      device = file;
      InstantSource clock = InstantSource.system();
      Volume volume =
          await(
              owner,
              () ->
                  Volume.open(
                      owner,
                      file,
                      new VolumeStateFile(image, owner, clock),
                      OfflineVolume.systemClock(clock),
                      PieceMemory.ofProcess()));
      opened = new SharedVolume(owner, file, volume);
      return opened;
    } finally {
      if (opened == null) {
        owner.close();
        if (device != null) {
          device.close();
        }
      }
    }
  }

  /** Asks the volume for something, and waits for the answer. */
  <T extends @Nullable Object> T ask(java.util.function.Function<Volume, Promise<T>> question) {
    return await(owner, () -> question.apply(volume));
  }

  private <T extends @Nullable Object> T call(Task<T> task) {
    return await(owner, () -> owner.start("late-replay", task));
  }

  /** Mounts a node; it writes nothing in place before it is unmounted. */
  Mounted mount(int jid, String nodeName) {
    return call(
        () -> {
          OpenedJournal journal = owner.await(port.openJournal(jid, nodeName));
          LogSettings usual = LogSettings.DEFAULT;
          LogSettings log =
              new LogSettings(
                  usual.cacheBytes(), usual.dataBytesMax(), NEVER, NEVER, usual.writeBackBlocks());
          FileSystem files =
              FileSystem.mount(
                  owner,
                  port,
                  new GrantEverything(),
                  journal,
                  volume.info(),
                  (kind, reason) -> {},
                  new FileSystemSettings(log, Instant::now));
          files.thaw();
          return new Mounted(journal, files);
        });
  }

  @SuppressWarnings("NullAway") // the value is null only where T allows it
  private static <T extends @Nullable Object> T await(
      VirtualThreadOwner owner, Supplier<Promise<T>> call) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    owner.execute(
        () -> {
          try {
            call.get()
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
      if (failed.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw failed;
    }
  }

  @Override
  public void close() throws IOException {
    owner.close();
    device.close();
  }
}
