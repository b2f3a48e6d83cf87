package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import glockenspiel.runtime.state.InvariantViolation;
import org.jspecify.annotations.Nullable;

/**
 * A request that waits in the {@link GrantQueue} of its glock. Requests that are answered at once
 * never become one.
 */
final class Request {
  /**
   * Where a request stands among those that wait for the same glock. Earlier constants go first.
   */
  enum Rank {
    /**
     * The session holds the glock in a mode that covers the wanted one: only the gate can keep it
     * waiting.
     */
    COVERED_CONVERSION,
    /** The session holds the glock in another mode. */
    CONVERSION,
    /** A new request with PRIORITY. */
    PRIORITY,
    /** Any other new request. */
    ORDINARY;

    boolean isConversion() {
      return this == COVERED_CONVERSION || this == CONVERSION;
    }
  }

  final Session session;
  final Glock glock;
  final Acquire acquire;
  final Rank rank;
  final long sinceNanos;
  @Nullable Request next;
  @Nullable Request previous;

  /** How many requests with PRIORITY have gone before it although they came later. */
  int overtakenCount;

  private boolean ended;

  Request(Session session, Glock glock, Acquire acquire, Rank rank, long sinceNanos) {
    this.session = session;
    this.glock = glock;
    this.acquire = acquire;
    this.rank = rank;
    this.sinceNanos = sinceNanos;
  }

  static Rank rankOf(@Nullable Hold own, Acquire acquire) {
    if (own != null) {
      return own.mode.covers(acquire.mode()) ? Rank.COVERED_CONVERSION : Rank.CONVERSION;
    }
    return LockFlags.has(acquire.flags(), LockFlags.PRIORITY) ? Rank.PRIORITY : Rank.ORDINARY;
  }

  /** Whether a closed gate lets it through, as far as its flags say. */
  boolean isNoExp() {
    return LockFlags.has(acquire.flags(), LockFlags.NOEXP);
  }

  /** Rule 11: called with its one outcome. */
  void end() {
    if (ended) {
      throw new InvariantViolation(
          "rule 11: a second outcome for request "
              + acquire.requestId()
              + " of session "
              + session.id);
    }
    ended = true;
  }
}
