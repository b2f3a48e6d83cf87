package glockenspiel.client;

import glockenspiel.node.glock.GlockCache;
import glockenspiel.node.glock.GlockException;
import glockenspiel.node.glock.GlockSettings;
import glockenspiel.node.glock.Glocks;
import glockenspiel.node.glock.LockSession;
import glockenspiel.node.glock.Patience;
import glockenspiel.node.glock.SessionListener;
import glockenspiel.node.glock.SessionMember;
import glockenspiel.node.glock.SessionSettings;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerPort;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.runtime.task.SerialOwner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A session in a namespace with its cache of locks, both on one owner, as threads outside the owner
 * use them. All methods are safe for use by several threads, none of them the owner's.
 */
final class ClientSession {
  private final SerialOwner owner;
  private final LockSession session;
  private final GlockCache cache;

  /** Why it is over; null while it is not. Belongs to the owner. */
  private @Nullable String lost;

  /** Questions that were not answered yet. */
  private final Map<Long, CompletableFuture<?>> open = new ConcurrentHashMap<>();

  private final AtomicLong questions = new AtomicLong();

  private volatile boolean stopped;
  private List<Consumer<String>> lostListeners = new ArrayList<>();

  ClientSession(SerialOwner owner, LockManagerPort port, LockClientSettings settings) {
    this.owner = owner;
    this.session =
        new LockSession(
            owner,
            port,
            SessionSettings.DEFAULT.withJoinTimeout(settings.joinTimeout().toNanos()),
            SessionMember.application(settings.namespace(), settings.name()),
            new Listener());
    this.cache =
        new GlockCache(
            owner,
            session,
            new GlockSettings(
                0, settings.cachedLocksMax(), 32, (int) settings.lockDelay().toMillis()),
            (glock, cause) -> {
              throw new IllegalStateException("nothing is cached under " + glock, cause);
            });
  }

  private final class Listener implements SessionListener {
    @Override
    public void received(LockManagerMessage message) {
      switch (message) {
        case LockManagerMessage.Answer answer -> cache.answered(answer);
        case LockManagerMessage.Demote demote -> cache.demoteRequested(demote);
        case LockManagerMessage.GateChanged _,
            LockManagerMessage.BecomeFirstMounter _,
            LockManagerMessage.CheckJournals _,
            LockManagerMessage.Left _ -> {
          // A namespace has no gate, and the session itself sees to its end.
        }
      }
    }

    @Override
    public long generation() {
      return 0;
    }

    @Override
    public void reassert(Welcome answer) {
      cache.reassert();
    }

    @Override
    public void reasserted() {
      cache.askAgain();
    }

    @Override
    public void resumed() {}

    @Override
    public void broken(String reason) {}

    @Override
    public void lost(String reason) {
      end(reason);
    }
  }

  private void end(String reason) {
    if (lost != null) {
      return;
    }
    lost = reason;
    cache.sessionEnded();
    List<Consumer<String>> listeners = lostListeners;
    lostListeners = List.of();
    listeners.forEach(listener -> tell(listener, reason));
  }

  /** Whoever listens may wait, and may use the client. */
  private static void tell(Consumer<String> listener, String reason) {
    Thread.ofVirtual().start(() -> listener.accept(reason));
  }

  /** Joins; waits for it. */
  void join() throws InterruptedException {
    CompletableFuture<Welcome> welcomed = question();
    owner.execute(
        () ->
            session
                .join()
                .whenDone(
                    (welcome, failure) -> {
                      if (failure == null) {
                        welcomed.complete(welcome);
                      } else {
                        welcomed.completeExceptionally(failure);
                      }
                    }));
    try {
      Welcome _ = get(welcomed);
    } catch (RuntimeException failure) {
      throw new LockException(
          LockException.Reason.UNREACHABLE, String.valueOf(failure.getMessage()), failure);
    }
  }

  /**
   * Takes a lock.
   *
   * @param timeoutNanos {@code Long.MAX_VALUE} for no limit
   * @return null when the time was over
   */
  @Nullable Lock take(String name, LockMode mode, long timeoutNanos) throws InterruptedException {
    GlockName glock = GlockName.application(name);
    if (mode == LockMode.UN) {
      throw new IllegalArgumentException("lock " + name + ": UN cannot be taken");
    }
    CompletableFuture<Lock> taken = question();
    Patience patience = Patience.of(timeoutNanos);
    owner.executeNow(() -> begin(taken, name, glock, mode, patience));
    try {
      return get(taken);
    } catch (InterruptedException interrupted) {
      // The request ends soon; what it brings all the same is given back.
      owner.executeNow(patience::end);
      if (!taken.cancel(false)) {
        var _ = taken.thenAccept(Lock::close);
      }
      throw interrupted;
    } catch (GlockException refused) {
      return switch (refused.reason()) {
        case CANCELLED, TRY_FAILED -> null;
        case REFUSED ->
            throw new LockException(
                LockException.Reason.REFUSED, String.valueOf(refused.getMessage()), refused);
        case WITHDRAWN ->
            throw new LockException(
                LockException.Reason.SESSION_LOST,
                "lock " + name + ": the client has no session any more",
                refused);
      };
    }
  }

  /** What is cached costs no task and no message. */
  private void begin(
      CompletableFuture<Lock> taken,
      String name,
      GlockName glock,
      LockMode mode,
      Patience patience) {
    Glocks.Holder cached = cache.acquireCached(glock, mode, 0);
    if (cached != null) {
      deliver(taken, new Lock(this, name, cached));
      return;
    }
    owner
        .start(
            "lock " + name, () -> new Lock(this, name, cache.acquire(glock, mode, 0, patience, "")))
        .whenDone(
            (lock, failure) -> {
              if (lock != null) {
                deliver(taken, lock);
              } else if (failure != null) {
                taken.completeExceptionally(failure);
              }
            });
  }

  private static void deliver(CompletableFuture<Lock> taken, Lock lock) {
    if (!taken.complete(lock)) {
      lock.close();
    }
  }

  /** Gives a holder back. Does not wait. */
  void giveBack(Glocks.Holder holder) {
    owner.executeNow(holder::close);
  }

  /** Whether locks may be used. */
  boolean holdsLease() {
    CompletableFuture<Boolean> answer = question();
    owner.executeNow(() -> answer.complete(lost == null && session.holdsLease()));
    try {
      return answer.join();
    } catch (CompletionException noAnswer) {
      return false;
    }
  }

  /** Tells the listener when the session is over, on a thread of its own. */
  void onLost(Consumer<String> listener) {
    owner.executeNow(
        () -> {
          String reason = lost;
          if (reason == null) {
            lostListeners.add(listener);
          } else {
            tell(listener, reason);
          }
        });
  }

  /** Leaves; waits until the lock-manager has heard it, or has given the session up. */
  void leave() {
    CompletableFuture<Boolean> left = question();
    owner.execute(
        () -> {
          lostListeners = List.of();
          cache.beginWithdraw();
          session
              .leave()
              .whenDone(
                  (none, failure) -> {
                    end("the client is closed");
                    left.complete(true);
                  });
        });
    boolean _ = left.join();
  }

  /** The owner has stopped: what was not answered never will be. */
  void stop() {
    stopped = true;
    open.values().forEach(ClientSession::neverAnswered);
  }

  private <T> CompletableFuture<T> question() {
    CompletableFuture<T> answer = new CompletableFuture<>();
    long number = questions.incrementAndGet();
    open.put(number, answer);
    var _ = answer.whenComplete((value, failure) -> open.remove(number));
    if (stopped) {
      neverAnswered(answer);
    }
    return answer;
  }

  private static void neverAnswered(CompletableFuture<?> answer) {
    answer.completeExceptionally(
        new LockException(LockException.Reason.SESSION_LOST, "the client is closed"));
  }

  private static <T> T get(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new CompletionException(failed.getCause());
    }
  }
}
