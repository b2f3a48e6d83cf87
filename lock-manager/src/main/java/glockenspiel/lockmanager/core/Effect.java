package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockManagerMessage;

/** What the shell must do after a step, in the order in which the effects are listed. */
public sealed interface Effect {
  /** The answer to the hello; the first message on that stream. */
  record Welcome(long streamId, glockenspiel.protocol.lock.Welcome welcome) implements Effect {}

  /** Write a batch to a stream. At most one for each stream and step. */
  record Send(long streamId, Batch<LockManagerMessage> batch) implements Effect {}

  /**
   * End a stream, after what was listed before for it. Nothing more is listed for it, and nothing
   * more is taken from it.
   *
   * @param sessionLost there is no session to resume
   * @param reason for people; names the field or the number that is wrong
   */
  record CloseStream(long streamId, boolean sessionLost, CloseCause cause, String reason)
      implements Effect {}

  /**
   * Come back with {@link LockEvent.TimerFired} and this token at that time of the clock that the
   * steps are given, or later. A newer timer with the same token does not replace the older.
   */
  record SetTimer(long atNanos, long token) implements Effect {}

  /**
   * Holders or waiters of a lock that is watched have changed, maybe more than once in this step.
   */
  record LockChanged(String lockspace, GlockName glock) implements Effect {}

  /** Something that operators want to read; changes nothing. */
  record Notify(String lockspace, Notice notice) implements Effect {}
}
