package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;

/** Counts what the lock-manager says, over all lockspaces since its start. */
final class LockTally {
  private long granted;
  private long tryFailed;
  private long cancelled;
  private long refused;
  private long deadlocks;
  private long demotes;
  private long waits;
  private long waitedNanos;

  /** This is sent. */
  void count(LockManagerMessage message) {
    if (message instanceof Answer answer) {
      switch (answer.outcome()) {
        case GRANTED -> granted++;
        case TRY_FAILED -> tryFailed++;
        case CANCELLED -> cancelled++;
        case REFUSED -> refused++;
        case DEADLOCK -> deadlocks++;
        case SESSION_LOST ->
            throw new IllegalArgumentException("only a node says SESSION_LOST: " + answer);
      }
    } else if (message instanceof Demote) {
      demotes++;
    }
  }

  /** A request has waited for so long, and waits no more. */
  void countWait(long nanos) {
    waits++;
    waitedNanos += nanos;
  }

  LockTotals.Counts counts() {
    return new LockTotals.Counts(
        granted, tryFailed, cancelled, refused, deadlocks, demotes, waits, waitedNanos);
  }
}
