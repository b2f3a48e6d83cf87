package glockenspiel.client;

import glockenspiel.node.glock.Glocks;
import glockenspiel.protocol.lock.LockMode;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A lock that its user holds until it is closed. Closing it gives it back to the client, which
 * keeps it for the next use until another client wants it. Safe for use by several threads.
 *
 * <p>Is there a problem if the user just asks {@link #isValid} before each write? Yes: the process
 * may stand still between the question and the write, for longer than its lease. Only what is
 * written to can tell that somebody newer has been there, by the {@link #fencingNumber}.
 */
public final class Lock implements AutoCloseable {
  private final ClientSession session;
  private final Glocks.Holder holder;
  private final String name;
  private final LockMode mode;
  private final long fencingNumber;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Called on the session's owner, with a holder that nobody else has. */
  Lock(ClientSession session, String name, Glocks.Holder holder) {
    this.session = session;
    this.holder = holder;
    this.name = name;
    this.mode = holder.mode();
    this.fencingNumber = holder.grantNumber();
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** How it is held. */
  public LockMode mode() {
    return mode;
  }

  /**
   * The number of the grant: greater than that of every grant before it, of all clients, also after
   * a loss of the holder and over restarts of the lock-manager. Users of one client that come one
   * after the other may have the same number, when no other client has wanted the lock in between.
   */
  public long fencingNumber() {
    return fencingNumber;
  }

  /**
   * Whether the lock is still held: it was not closed, and the lock-manager cannot have given its
   * session up yet. True means that it was so a moment ago.
   */
  public boolean isValid() {
    return !closed.get() && session.holdsLease();
  }

  /**
   * Runs the piece, on a thread of its own, when the session is lost while the lock is open; at
   * once when it is lost already. The session is lost by the client's own clock a tenth of the
   * lease before the lock-manager gives it up.
   */
  public void onLost(Runnable piece) {
    session.onLost(
        reason -> {
          if (!closed.get()) {
            piece.run();
          }
        });
  }

  /** Gives the lock back. Does not wait; a second time has no effect. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      session.giveBack(holder);
    }
  }

  @Override
  public String toString() {
    return name + " " + mode + ", fencing number " + fencingNumber;
  }
}
