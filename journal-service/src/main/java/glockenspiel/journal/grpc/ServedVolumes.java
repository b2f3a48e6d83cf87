package glockenspiel.journal.grpc;

import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.protocol.wire.StorageErrors;
import glockenspiel.protocol.wire.StorageWire;
import glockenspiel.runtime.grpc.ServerStream;
import glockenspiel.runtime.task.Promise;
import io.grpc.stub.StreamObserver;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The volumes that a service serves, by name. Unchangeable; may be used from any thread. */
public final class ServedVolumes {
  private final SortedMap<String, ServedVolume> byName;

  /**
   * These volumes.
   *
   * @throws StorageException INVALID_ARGUMENT when two have one name
   */
  public ServedVolumes(List<ServedVolume> volumes) {
    TreeMap<String, ServedVolume> map = new TreeMap<>();
    for (ServedVolume volume : volumes) {
      if (map.put(volume.info().name(), volume) != null) {
        throw new StorageException(
            Reason.INVALID_ARGUMENT, "two images have the lock table " + volume.info().name());
      }
    }
    byName = Collections.unmodifiableSortedMap(map);
  }

  Collection<ServedVolume> all() {
    return byName.values();
  }

  /** The volume of that name; throws {@link StorageException} when there is none. */
  ServedVolume find(String name) {
    ServedVolume volume = byName.get(StorageWire.volumeName("volume", name));
    if (volume == null) {
      throw new StorageException(
          Reason.NO_SUCH_VOLUME,
          "no volume " + name + " here; there are " + String.join(", ", byName.keySet()));
    }
    return volume;
  }

  /** Handles a call on its volume's owner. */
  interface Handler<A> {
    /** What it throws is the answer. */
    void handle(ServerStream<A> stream, ServedVolume served);
  }

  /** Has the volume's owner handle a call whose caller sends one request. */
  <A> void handle(String volumeName, StreamObserver<A> observer, Handler<A> handler) {
    handle(volumeName, observer, 0, handler);
  }

  /** As above; with so many bytes buffered for the reader. */
  <A> void handle(
      String volumeName, StreamObserver<A> observer, int bufferBytes, Handler<A> handler) {
    ServedVolume served;
    try {
      served = find(volumeName);
    } catch (StorageException refusal) {
      observer.onError(StorageErrors.status(refusal));
      return;
    }
    ServerStream.serve(
        observer,
        served.owner(),
        bufferBytes,
        stream -> handler.handle(stream, served),
        failure -> StorageErrors.status(exception(failure)));
  }

  /** Answers with what the promise will hold. */
  static <T extends @Nullable Object, A> void answer(
      ServerStream<A> stream, Promise<T> promise, Function<T, A> answer) {
    promise
        .map(answer)
        .whenDone(
            (value, failure) -> {
              if (failure != null || value == null) {
                stream.fail(StorageErrors.status(exception(failure)));
              } else {
                stream.complete(value);
              }
            });
  }

  /** What a promise of a volume failed with, as it is told to callers. */
  static StorageException exception(@Nullable RuntimeException failure) {
    return failure instanceof StorageException known
        ? known
        : new StorageException(Reason.VOLUME_FAILED, "the journal-service is at fault: " + failure);
  }
}
