package glockenspiel.lockmanager.history;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import org.jspecify.annotations.Nullable;

/** One request, from its asking to its outcome. Times are places in the history. */
final class RequestRecord {
  /** The time of what has not happened. */
  static final int NEVER = Integer.MAX_VALUE;

  final long session;
  final Acquire acquire;
  final int askedAt;

  /** The greatest grant number that anybody had heard when this was asked. */
  final long grantNumberBefore;

  @Nullable Answer answer;
  int answeredAt = NEVER;

  /** The gate, or the node's own withdraw, is a reason not to grant it. */
  boolean heldBack;

  RequestRecord(long session, Acquire acquire, int askedAt, long grantNumberBefore) {
    this.session = session;
    this.acquire = acquire;
    this.askedAt = askedAt;
    this.grantNumberBefore = grantNumberBefore;
  }

  GlockName glock() {
    return acquire.glock();
  }

  boolean has(int flag) {
    return LockFlags.has(acquire.flags(), flag);
  }

  boolean isTry() {
    return LockFlags.isTry(acquire.flags());
  }

  boolean hasEnded(LockOutcome outcome) {
    return answer != null && answer.outcome() == outcome;
  }

  /** Whether somebody else's hold is in the way of every mode that would do. */
  boolean conflictsWith(LockMode held) {
    LockMode mode = acquire.mode();
    return !mode.compatible(held)
        && !(has(LockFlags.ANY)
            && (mode == LockMode.SH ? LockMode.DF : LockMode.SH).compatible(held));
  }

  @Override
  public String toString() {
    return "session " + session + " at " + askedAt + ": " + acquire + " -> " + answer;
  }
}
