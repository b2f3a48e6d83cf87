package glockenspiel.protocol.lock;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the lock-manager says to a node inside its session. Numbered, and handled in order, once.
 */
public sealed interface LockManagerMessage {
  /**
   * The one outcome of a request.
   *
   * @param mode what the node holds from now on when GRANTED; unchanged otherwise, and then {@code
   *     UN} stands here
   * @param grantNumber grows with every grant of the lockspace: a fencing token; 0 unless GRANTED
   * @param lockValue the lock value block; null when the glock has none or the outcome is not
   *     GRANTED
   * @param lockValueValid false when an EX holder died, so that the value may be old
   * @param reason for people, when REFUSED; else empty
   */
  record Answer(
      long requestId,
      GlockName glock,
      LockOutcome outcome,
      LockMode mode,
      long grantNumber,
      @Nullable LockValue lockValue,
      boolean lockValueValid,
      String reason)
      implements LockManagerMessage {
    /** An outcome that needs no reason. */
    public Answer(
        long requestId,
        GlockName glock,
        LockOutcome outcome,
        LockMode mode,
        long grantNumber,
        @Nullable LockValue lockValue,
        boolean lockValueValid) {
      this(requestId, glock, outcome, mode, grantNumber, lockValue, lockValueValid, "");
    }
  }

  /**
   * Asks the node to lower a glock. On the live glock it announces that journals wait for replay,
   * and nothing is lowered.
   *
   * @param wanted the mode to lower to
   * @param grantNumber the grant that is meant; a node that has given that grant up meanwhile,
   *     holds a newer one, or has lowered it to the wanted mode already, ignores the request
   * @param gate the gate at the time of sending; has a meaning on the live glock
   * @param trace W3C traceparent of the request that caused it; empty for none
   * @param askedBy on the freeze glock the name of the node that asks for it; else empty
   */
  record Demote(
      GlockName glock,
      LockMode wanted,
      long grantNumber,
      GateStatus gate,
      String trace,
      String askedBy)
      implements LockManagerMessage {
    /** A demote request that does not say for whom. */
    public Demote(
        GlockName glock, LockMode wanted, long grantNumber, GateStatus gate, String trace) {
      this(glock, wanted, grantNumber, gate, trace, "");
    }
  }

  /** The gate has changed. Sent to every member. */
  record GateChanged(GateStatus gate) implements LockManagerMessage {}

  /** The node is the first mounter now, because the one before it went away. */
  record BecomeFirstMounter(GateStatus gate) implements LockManagerMessage {}

  /**
   * The lock-manager was restarted, and does not know whether the journals are clean. The node must
   * see to every journal but these, then report as a first mounter does.
   *
   * @param ownedJids journals whose owners have come back; unless the gate says that one waits for
   *     replay by now; ascending
   */
  record CheckJournals(GateStatus gate, List<Integer> ownedJids) implements LockManagerMessage {
    /** Copies the list. */
    public CheckJournals {
      ownedJids = List.copyOf(ownedJids);
    }
  }

  /** The session has ended in order, as the node asked. */
  record Left() implements LockManagerMessage {}
}
