package glockenspiel.client;

import glockenspiel.node.grpc.LockManagerClient;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.task.VirtualThreadOwner;
import glockenspiel.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The locks of a namespace, for one application. Safe for use by any number of threads, virtual
 * ones too: threads of one client exclude each other as those of different clients do.
 *
 * <pre>{@code
 * try (LockClient client = LockClient.connect(LockClientSettings.of("host:7101", "shop", "till-1"));
 *     Lock lock = client.lock("stock/42", LockMode.EX)) {
 *   write(lock.fencingNumber());
 * }
 * }</pre>
 *
 * <p>A lock stays with the client after its last user has closed it, until another client wants it:
 * taking it again costs no message. The client's session is kept alive by itself, over broken
 * connections, as long as a lease. When it is lost all the same, every lock of the client is gone,
 * {@link Lock#isValid} says so, and the client is of no use any more: connect another one.
 */
public final class LockClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LockClient.class);

  private final VirtualThreadOwner owner;
  private final GrpcChannel channel;
  private final ClientSession session;
  private final Duration tryPatience;
  private final AtomicBoolean closed = new AtomicBoolean();

  private LockClient(GrpcChannel channel, LockClientSettings settings) {
    this.channel = channel;
    this.owner =
        new VirtualThreadOwner(
            "locks-" + settings.name(), (what, thrown) -> LOG.error("failed in {}", what, thrown));
    this.session = new ClientSession(owner, new LockManagerClient(owner, channel), settings);
    this.tryPatience = settings.tryPatience();
  }

  /**
   * Joins a namespace.
   *
   * @throws LockException UNREACHABLE when that did not succeed in time; the message says what was
   *     last in the way
   * @throws IOException when the certificates cannot be used
   * @throws InterruptedException when the thread is interrupted meanwhile
   */
  public static LockClient connect(LockClientSettings settings)
      throws IOException, InterruptedException {
    return connect(
        GrpcChannel.open(settings.target(), settings.security(), Telemetry.NONE), settings);
  }

  /** As above, over a channel of the caller's, which the client closes. */
  static LockClient connect(GrpcChannel channel, LockClientSettings settings)
      throws InterruptedException {
    LockClient client = new LockClient(channel, settings);
    try {
      client.session.join();
      return client;
    } catch (RuntimeException | InterruptedException failure) {
      client.stop();
      throw failure;
    }
  }

  /**
   * Takes a lock, waiting as long as it takes.
   *
   * @param name 1 to 64 bytes in UTF-8, without control characters
   * @param mode SH or DF, which go with themselves, or EX, which goes with nothing
   * @throws LockException REFUSED or SESSION_LOST
   * @throws InterruptedException when the thread is interrupted meanwhile; it has no lock then
   */
  public Lock lock(String name, LockMode mode) throws InterruptedException {
    return Objects.requireNonNull(session.take(name, mode, Long.MAX_VALUE));
  }

  /**
   * Takes a lock if nobody uses it. A client that has it in its cache gives it back within a round
   * trip; this waits for that, for {@link LockClientSettings#tryPatience} at most.
   *
   * @throws LockException REFUSED or SESSION_LOST
   * @throws InterruptedException when the thread is interrupted meanwhile
   */
  public Optional<Lock> tryLock(String name, LockMode mode) throws InterruptedException {
    return tryLock(name, mode, tryPatience);
  }

  /**
   * Takes a lock, waiting for so long at most. Whoever has waited longest is served first.
   *
   * @return empty when the time was over
   * @throws LockException REFUSED or SESSION_LOST
   * @throws InterruptedException when the thread is interrupted meanwhile
   */
  public Optional<Lock> tryLock(String name, LockMode mode, Duration timeout)
      throws InterruptedException {
    return Optional.ofNullable(session.take(name, mode, Math.max(0, timeout.toNanos())));
  }

  /** Whether the client's locks are still its own. */
  public boolean isValid() {
    return !closed.get() && session.holdsLease();
  }

  /**
   * Tells the listener once, on a thread of its own, when the session is lost, with the reason; at
   * once when it is lost already. Not when the client is closed.
   */
  public void onLost(Consumer<String> listener) {
    session.onLost(listener);
  }

  /**
   * Leaves the namespace: all locks of the client are given up, whoever uses them. Waits until the
   * lock-manager has heard it, or for the rest of the lease when it cannot be reached.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      session.leave();
      stop();
    }
  }

  private void stop() {
    channel.close();
    owner.close();
    session.stop();
  }
}
