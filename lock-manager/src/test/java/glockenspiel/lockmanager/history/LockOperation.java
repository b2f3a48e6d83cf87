package glockenspiel.lockmanager.history;

import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage.Lower;

/**
 * One thing that was done to one lock at one moment between two times of the history. What has no
 * certain end is not certain to have happened.
 */
sealed interface LockOperation {
  /** Not before. */
  int invokedAt();

  /** Not after; {@link RequestRecord#NEVER} when nobody knows. */
  int respondedAt();

  /** A grant that its node has heard of. */
  record Grant(int invokedAt, int respondedAt, Answer answer) implements LockOperation {}

  /** A request whose outcome nobody has heard. */
  record Unheard(int invokedAt, RequestRecord request) implements LockOperation {
    @Override
    public int respondedAt() {
      return RequestRecord.NEVER;
    }
  }

  /**
   * A try that failed.
   *
   * @param excused there is a reason for it beside the holders
   */
  record TryFailed(int invokedAt, int respondedAt, RequestRecord request, boolean excused)
      implements LockOperation {}

  /** A lowering; it has happened when a later request of its session is answered. */
  record Lowered(int invokedAt, int respondedAt, Lower lower) implements LockOperation {}

  /** The session has told a restarted lock-manager that it holds this mode, and nothing else. */
  record CameBack(int invokedAt, int respondedAt, LockMode mode) implements LockOperation {}

  /**
   * The lock-manager was restarted.
   *
   * @param broughtBack somebody who holds the lock has told its value; else it may be gone
   */
  record Restarted(int invokedAt, boolean broughtBack) implements LockOperation {
    @Override
    public int respondedAt() {
      return invokedAt;
    }
  }

  /** The lockspace had no member at that time: perhaps the lock value was forgotten. */
  record Emptied(int invokedAt) implements LockOperation {
    @Override
    public int respondedAt() {
      return invokedAt;
    }
  }
}
