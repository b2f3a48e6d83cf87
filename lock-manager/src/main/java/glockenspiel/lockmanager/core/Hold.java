package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.LockMode;
import org.jspecify.annotations.Nullable;

/**
 * A glock as held by one session. It is a link of two rings at once, the holders of its glock and
 * the holds of its session, so that neither needs a collection: with compressed references a hold
 * is 56 bytes, all of them used.
 */
final class Hold {
  final Session session;
  final Glock glock;
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

  /** A hold in no ring yet. */
  Hold(Session session, Glock glock, LockMode mode, long grantNumber) {
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
