package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.LockMode;
import glockenspiel.runtime.state.InvariantViolation;
import org.jspecify.annotations.Nullable;

/**
 * A glock as held by one session. It is a link of two rings at once, the holders of its glock and
 * the holds of its session, so that neither needs a collection: with compressed references a hold
 * is 56 bytes, all of them used.
 */
final class Hold {
  Session session;
  Glock glock;

  /** UN only while it is spare. */
  LockMode mode;

  long grantNumber;

  /** How long it stays after the lease of its session, when that is lost. */
  int lockDelayMillis;

  /**
   * The lowest mode that demote requests against this grant have asked for; null while there was
   * none.
   */
  @Nullable LockMode demoteWanted;

  Hold glockNext;
  Hold glockPrevious;
  Hold sessionNext;
  Hold sessionPrevious;

  /**
   * A hold in no ring yet.
   *
   * @param spare one to use again; null to make one
   */
  static Hold of(
      @Nullable Hold spare, Session session, Glock glock, LockMode mode, long grantNumber) {
    if (spare == null) {
      return new Hold(session, glock, mode, grantNumber);
    }
    spare.session = session;
    spare.glock = glock;
    spare.mode = mode;
    spare.grantNumber = grantNumber;
    return spare;
  }

  /**
   * Makes it spare; it is in no ring any more.
   *
   * @throws InvariantViolation when it is already: it would become two holds
   */
  void giveUp() {
    InvariantViolation.require(mode != LockMode.UN, "a hold is given up twice");
    mode = LockMode.UN;
    demoteWanted = null;
    lockDelayMillis = 0;
  }

  private Hold(Session session, Glock glock, LockMode mode, long grantNumber) {
    this.session = session;
    this.glock = glock;
    this.mode = mode;
    this.grantNumber = grantNumber;
    this.glockNext = this;
    this.glockPrevious = this;
    this.sessionNext = this;
    this.sessionPrevious = this;
  }

  /**
   * The session has ended; the hold stays until its journal is clean, and its lease and the lock
   * delay have ended.
   */
  boolean isOrphan() {
    return !session.isPresent();
  }
}
