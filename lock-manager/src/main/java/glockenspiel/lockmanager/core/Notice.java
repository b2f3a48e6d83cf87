package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GateStatus;

/** What operators want to read in logs and count in metrics. */
public sealed interface Notice {
  /** A node has joined. The slot is -1 for a spectator. */
  record SessionJoined(long sessionId, String nodeName, int slot, boolean firstMounter)
      implements Notice {}

  /** A member of the lock-manager before this one has come back and says what it holds. */
  record SessionReasserting(long sessionId, String nodeName, int slot) implements Notice {}

  /** It has said it all: so many locks. It is a member from now on. */
  record SessionReasserted(long sessionId, String nodeName, int slot, int locks)
      implements Notice {}

  /** The grace period is over; that many members have come back. */
  record GraceEnded(int members) implements Notice {}

  /** A session goes on, on a new stream. */
  record SessionResumed(long sessionId, String nodeName) implements Notice {}

  /** A session has no stream; it has until its lease ends to come back. */
  record SessionDisconnected(long sessionId, String nodeName) implements Notice {}

  /** A node has left in order. */
  record SessionLeft(long sessionId, String nodeName, int slot) implements Notice {}

  /**
   * A session was given up.
   *
   * @param journalPending whether the node's journal waits for replay now
   * @param orphans how many of its locks are kept until then
   */
  record SessionLost(
      long sessionId,
      String nodeName,
      int slot,
      CloseCause cause,
      String reason,
      boolean journalPending,
      int orphans)
      implements Notice {}

  /** A node has announced its withdraw. */
  record WithdrawAnnounced(long sessionId, String nodeName, int slot, String trace)
      implements Notice {}

  /** The gate has closed, or waits for something more. */
  record GateClosed(GateStatus gate, String reason) implements Notice {}

  /**
   * A journal was reported clean.
   *
   * @param jid -1 for all journals: the first mount is done
   * @param orphansDropped locks of ended sessions that are free now
   */
  record JournalClean(int jid, String reporter, int orphansDropped) implements Notice {}

  /** The gate is open again, after so many nanoseconds. */
  record GateOpened(long generation, long closedNanos) implements Notice {}

  /** This member has to see to every journal. */
  record FirstMounterChosen(long sessionId, String nodeName) implements Notice {}

  /** Members wait for each other, and have since the look before. */
  record WaitCycleLasts(WaitCycle cycle) implements Notice {}
}
