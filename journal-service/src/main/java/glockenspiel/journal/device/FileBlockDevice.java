package glockenspiel.journal.device;

import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A file, or a block special file, as a device. One thread carries out writes and syncs in the
 * order of the calls, handing neighbours to the file together. Small reads run on virtual threads
 * of their own, large ones on a few platform threads: a virtual one that waits for a file keeps its
 * carrier, and there are no more of these than processors, for all tasks of the process. Promises
 * are completed on the owner.
 *
 * <p>The file is locked while it is open, so that two services, or a service and an offline
 * command, never write the same image. POSIX gives up all of a process's locks on a file when the
 * process closes <em>any</em> descriptor of it; therefore the process itself keeps account of what
 * it has open, and no other code of it may open the image meanwhile.
 */
public final class FileBlockDevice implements BlockDevice, AutoCloseable {
  /** How an image is opened. */
  public enum Access {
    /** Reading only; others may read at the same time. */
    READ,
    /** Reading and writing, alone. */
    WRITE
  }

  private static final int COPY_BELOW_BYTES = 1 << 18;
  private static final int LARGE_BYTES = 1 << 17;
  private static final int READERS = 8;
  private static final long READER_IDLE_SECONDS = 1;
  private static final Set<Object> OPEN_HERE = ConcurrentHashMap.newKeySet();

  private sealed interface Operation {
    record Write(List<DeviceWrite> writes, Promise<@Nullable Void> promise) implements Operation {}

    record Sync(Promise<@Nullable Void> promise) implements Operation {}

    record Stop() implements Operation {}
  }

  private final Path path;
  private final Object identity;
  private final FileChannel channel;
  private final ImageFile file;
  private final FileLock lock;
  private final SerialOwner owner;
  private final long size;
  private final BlockingQueue<Operation> operations = new LinkedBlockingQueue<>();
  private final ThreadPoolExecutor readers;
  private final Thread writer;
  private volatile boolean closed;

  private FileBlockDevice(
      Path path,
      Object identity,
      FileChannel channel,
      ImageFile file,
      FileLock lock,
      SerialOwner owner)
      throws IOException {
    this.path = path;
    this.identity = identity;
    this.channel = channel;
    this.file = file;
    this.lock = lock;
    this.owner = owner;
    this.size = channel.size();
    this.readers =
        new ThreadPoolExecutor(
            READERS,
            READERS,
            READER_IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("read-" + path.getFileName() + "-", 0).factory());
    readers.allowCoreThreadTimeOut(true);
    this.writer =
        Thread.ofPlatform().daemon().name("device-" + path.getFileName()).unstarted(this::carryOut);
  }

  /**
   * Opens an image, through the page cache.
   *
   * @param owner completes all promises of this device
   * @throws IOException in one clear line, when it is not there, not accessible or in use
   */
  public static FileBlockDevice open(Path path, Access access, SerialOwner owner)
      throws IOException {
    return open(path, access, Transfer.CACHED, owner);
  }

  /**
   * Opens an image.
   *
   * @param owner completes all promises of this device
   * @throws IOException in one clear line, when it is not there, not accessible or in use, or
   *     cannot be transferred to and from in that way
   */
  public static FileBlockDevice open(Path path, Access access, Transfer transfer, SerialOwner owner)
      throws IOException {
    Object identity = identity(path);
    if (!OPEN_HERE.add(identity)) {
      throw inUse(path, "this process");
    }
    FileChannel channel = null;
    FileBlockDevice device = null;
    try {
      Set<StandardOpenOption> options =
          access == Access.READ
              ? Set.of(StandardOpenOption.READ)
              : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
      channel =
          switch (transfer) {
            case CACHED -> FileChannel.open(path, options);
            case DIRECT -> DirectFile.open(path, options);
          };
      FileLock lock = lock(path, channel, access);
      ImageFile file =
          switch (transfer) {
            case CACHED -> new CachedFile(channel, COPY_BELOW_BYTES);
            case DIRECT -> DirectFile.of(path, channel);
          };
      device = new FileBlockDevice(path, identity, channel, file, lock, owner);
      device.writer.start();
      return device;
    } finally {
      if (device == null) {
        OPEN_HERE.remove(identity);
        if (channel != null) {
          channel.close();
        }
      }
    }
  }

  private static Object identity(Path path) throws IOException {
    try {
      Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      return key == null ? path.toRealPath() : key;
    } catch (NoSuchFileException missing) {
      throw new IOException("image " + path + " does not exist", missing);
    }
  }

  private static FileLock lock(Path path, FileChannel channel, Access access) throws IOException {
    try {
      FileLock lock = channel.tryLock(0, Long.MAX_VALUE, access == Access.READ);
      if (lock == null) {
        throw inUse(path, "another process");
      }
      return lock;
    } catch (OverlappingFileLockException overlapping) {
      ImageInUseException inUse = inUse(path, "this process");
      inUse.initCause(overlapping);
      throw inUse;
    }
  }

  private static ImageInUseException inUse(Path path, String by) {
    return new ImageInUseException("image " + path + " is in use by " + by + "; stop that first");
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public Promise<ByteBuffer> read(long offset, int length) {
    return read(offset, length, () -> ByteBuffer.allocate(length));
  }

  @Override
  public Promise<@Nullable Void> read(long offset, ByteBuffer into) {
    return read(offset, into.remaining(), into::duplicate).map(done -> null);
  }

  private Promise<ByteBuffer> read(long offset, int length, Supplier<ByteBuffer> into) {
    if (closed) {
      return Promise.failed(failure("read", offset, length, new IOException("it is closed")));
    }
    Promise<ByteBuffer> promise = new Promise<>();
    Runnable reading = () -> readNow(offset, into.get(), promise);
    if (length < LARGE_BYTES) {
      Thread.ofVirtual().name("read").start(reading);
    } else {
      readers.execute(reading);
    }
    return promise;
  }

  private void readNow(long offset, ByteBuffer buffer, Promise<ByteBuffer> promise) {
    int first = buffer.position();
    try {
      file.read(buffer, offset);
      buffer.position(first);
      owner.executeNow(() -> promise.complete(buffer));
    } catch (IOException cause) {
      StorageException failure = failure("read", offset, buffer.limit() - first, cause);
      owner.executeNow(() -> promise.fail(failure));
    }
  }

  @Override
  public Promise<@Nullable Void> write(List<DeviceWrite> writes) {
    Promise<@Nullable Void> promise = new Promise<>();
    return handOver(new Operation.Write(List.copyOf(writes), promise), promise);
  }

  @Override
  public Promise<@Nullable Void> sync() {
    Promise<@Nullable Void> promise = new Promise<>();
    return handOver(new Operation.Sync(promise), promise);
  }

  private Promise<@Nullable Void> handOver(Operation operation, Promise<@Nullable Void> promise) {
    if (closed) {
      promise.fail(failure("write", 0, 0, new IOException("it is closed")));
    } else {
      operations.add(operation);
    }
    return promise;
  }

  private void carryOut() {
    List<Runnable> ended = new ArrayList<>();
    while (true) {
      Operation next;
      try {
        next = operations.take();
      } catch (InterruptedException nobodyInterruptsThisThread) {
        continue;
      }
      switch (next) {
        case Operation.Stop() -> {
          return;
        }
        case Operation.Write(List<DeviceWrite> writes, Promise<@Nullable Void> promise) ->
            ended.add(answer(promise, writeNow(writes)));
        case Operation.Sync(Promise<@Nullable Void> promise) ->
            ended.add(answer(promise, syncNow()));
      }
      if (next instanceof Operation.Sync || !(operations.peek() instanceof Operation.Sync)) {
        tell(List.copyOf(ended));
        ended.clear();
      }
    }
  }

  private static Runnable answer(
      Promise<@Nullable Void> promise, @Nullable StorageException failure) {
    return failure == null ? () -> promise.complete(null) : () -> promise.fail(failure);
  }

  /**
   * What ended, a write together with the sync right behind it. While more is to be done, another
   * thread sees to what follows. When nothing is, this one does: a flush that comes alone then has
   * no thread but this to wake.
   */
  private void tell(List<Runnable> ended) {
    if (operations.isEmpty()) {
      owner.executeNow(() -> runAll(ended, 0));
    } else {
      owner.execute(() -> runAll(ended, 0));
    }
  }

  /** Runs them all, whatever the first one throws. */
  private static void runAll(List<Runnable> pieces, int from) {
    if (from < pieces.size()) {
      try {
        pieces.get(from).run();
      } finally {
        runAll(pieces, from + 1);
      }
    }
  }

  private @Nullable StorageException syncNow() {
    try {
      file.sync();
      return null;
    } catch (IOException cause) {
      return failure("sync", 0, 0, cause);
    }
  }

  private @Nullable StorageException writeNow(List<DeviceWrite> writes) {
    int first = 0;
    while (first < writes.size()) {
      DeviceWrite write = writes.get(first);
      int behind = first + 1;
      long end = write.end();
      while (behind < writes.size()
          && writes.get(behind).offset() == end
          && writes.get(behind).bytes().remaining() < COPY_BELOW_BYTES) {
        end = writes.get(behind).end();
        behind++;
      }
      try {
        if (write.offset() < 0 || end > size) {
          throw new IOException("the device has " + size + " bytes");
        }
        file.write(writes.subList(first, behind));
      } catch (IOException | NonWritableChannelException cause) {
        return failure("write", write.offset(), end - write.offset(), cause);
      }
      first = behind;
    }
    return null;
  }

  private StorageException failure(String operation, long offset, long length, Exception cause) {
    String where = length == 0 ? "" : " of " + length + " bytes at byte " + offset;
    return new StorageException(
        Reason.IO_ERROR,
        "device "
            + path
            + ": "
            + operation
            + where
            + " failed: "
            + (cause instanceof IOException ? cause.getMessage() : "opened for reading only"),
        cause);
  }

  /** Carries out what was called before, then gives the image free. Not on the owner. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    operations.add(new Operation.Stop());
    boolean interrupted = false;
    while (writer.isAlive()) {
      try {
        writer.join();
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    try {
      lock.release();
      channel.close();
    } finally {
      OPEN_HERE.remove(identity);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
