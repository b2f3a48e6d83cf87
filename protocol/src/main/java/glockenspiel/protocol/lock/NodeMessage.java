package glockenspiel.protocol.lock;

import org.jspecify.annotations.Nullable;

/**
 * What a node says to the lock-manager inside its session. Numbered, and handled in order, once.
 */
public sealed interface NodeMessage {
  /**
   * Asks for a glock, or for another mode of a glock that the node holds. Has exactly one {@link
   * LockManagerMessage.Answer}.
   *
   * <p>A node has at most one request for a glock at a time, and does not lower that glock before
   * it has the answer: the grant may already be on its way, and then the two ends would not mean
   * the same lock. For the same reason a node that asks for another mode of what it holds uses
   * until the answer only what both modes allow.
   *
   * @param requestId chosen by the node, above 0; each request of a session has a greater one than
   *     those before (unsigned)
   * @param mode SH, DF or EX
   * @param flags bits of {@link LockFlags}
   * @param lockDelayMillis how long the lock stays taken after the lease of a session that was lost
   *     with it has ended; for application locks only, else 0
   * @param trace W3C traceparent of the operation behind it; empty for none
   */
  record Acquire(
      long requestId, GlockName glock, LockMode mode, int flags, int lockDelayMillis, String trace)
      implements NodeMessage {
    /** A request without lock delay. */
    public Acquire(long requestId, GlockName glock, LockMode mode, int flags, String trace) {
      this(requestId, glock, mode, flags, 0, trace);
    }
  }

  /**
   * Lowers a held glock to a weaker mode: EX to SH, DF or UN; SH and DF to UN. UN gives it up. Has
   * no answer: it is done when the lock-manager reads it. The grant number of what is still held
   * stays the same.
   *
   * @param lockValue the new lock value block; only when EX is lowered; null leaves it as it is, an
   *     empty one takes it away
   */
  record Lower(GlockName glock, LockMode mode, @Nullable LockValue lockValue)
      implements NodeMessage {}

  /**
   * Takes back a request that still waits. The request ends CANCELLED, or as it already had ended;
   * the cancel itself has no answer.
   */
  record Cancel(long requestId) implements NodeMessage {}

  /**
   * A journal is clean, as seen by a node that held its journal glock meanwhile.
   *
   * @param generation the recovery generation that the check belongs to; ignored when it is no
   *     longer the present one
   */
  record ReportClean(long generation, int jid) implements NodeMessage {}

  /** The first mounter found or made every journal clean, under this generation. */
  record ReportFirstMountDone(long generation) implements NodeMessage {}

  /**
   * The node holds this, granted by a lock-manager that has died since: to its successor, before
   * {@link ReassertDone}, and never after. Has no answer; one that does not go with what others
   * hold ends the session.
   *
   * @param mode SH, DF or EX
   * @param grantNumber of the newest grant
   * @param lockValue the lock value block as the node knows it; null for none
   * @param lockValueValid false when the value may be old
   * @param lockDelayMillis how long it is to stay after the lease of its session, when that is
   *     lost; 0 for a glock
   */
  record Reassert(
      GlockName glock,
      LockMode mode,
      long grantNumber,
      @Nullable LockValue lockValue,
      boolean lockValueValid,
      int lockDelayMillis)
      implements NodeMessage {}

  /**
   * The node holds nothing but what it has reasserted. From its acknowledgement on the node's lease
   * is the new lock-manager's.
   *
   * @param withdrawing the node withdraws, whether it has announced that or not: it sees to
   *     nobody's journal
   */
  record ReassertDone(boolean withdrawing) implements NodeMessage {}

  /**
   * Says nothing, but has a number, so that its acknowledgement proves that the lock-manager has
   * heard the node since it was sent. Nodes that have nothing else to say renew their lease with
   * it: any batch renews it at the lock-manager, but of an empty one the node never learns whether
   * it arrived.
   */
  record Renew() implements NodeMessage {}

  /**
   * Leaves in order. All locks must have been lowered to UN before; those that were not are given
   * up now.
   */
  record Leave() implements NodeMessage {}
}
