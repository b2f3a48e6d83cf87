package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.MessageLog;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.runtime.state.StateMachine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The membership of one node in one lockspace: its slot, its stream, what it holds and what it
 * waits for.
 */
final class Session {
  final Lockspace lockspace;
  final long id;
  final String nodeName;

  /** The jid; -1 for a spectator. */
  final int slot;

  /** What the session was at the lock-manager before this one; 0 for one that joined. */
  private final long formerId;

  private final long formerIncarnation;

  final MessageLog<LockManagerMessage, NodeMessage> log;
  final StateMachine<SessionState> state;
  final StateMachine<JournalUse> journal;

  /**
   * Holds that recovery itself may need, so that they are dropped when the node is given up: mount
   * coordination, live and journal glocks.
   */
  final HoldRing coordinationHolds = new HoldRing();

  /** All other holds: they become orphans when the node is given up while its journal is dirty. */
  final HoldRing protectedHolds = new HoldRing();

  /**
   * After the session of an application was lost: what it still holds, the soonest to be released
   * first.
   */
  final Deque<Hold> orphans = new ArrayDeque<>(0);

  /** The open stream; null while there is none. */
  @Nullable Long streamId;

  long leaseEndsNanos;

  /** The greatest request id so far; unsigned. */
  long newestRequestId;

  /** The outbox has it on its list for this step. */
  boolean touched;

  /**
   * A batch goes out at the end of this step even when it carries nothing but an acknowledgement.
   */
  boolean owesReply;

  private final Map<Long, Request> waitingById = new LinkedHashMap<>();
  private final Map<Glock, Request> waitingByGlock = new LinkedHashMap<>();

  /**
   * A session that begins with that hello: as a member when it joins, else as one that has to
   * reassert.
   */
  Session(Lockspace lockspace, long id, Hello hello, int slot, int unacknowledgedMax) {
    this.lockspace = lockspace;
    this.id = id;
    this.nodeName = hello.nodeName();
    this.formerId = hello.sessionId();
    this.formerIncarnation = hello.incarnation();
    this.slot = slot;
    this.log = new MessageLog<>(unacknowledgedMax);
    this.state =
        new StateMachine<>(
            "session " + id,
            SessionState.TRANSITIONS,
            formerId == 0 ? SessionState.MEMBER : SessionState.REASSERTING,
            Session::ignoreChange);
    this.journal =
        new StateMachine<>(
            "journal of session " + id,
            JournalUse.TRANSITIONS,
            JournalUse.NONE,
            Session::ignoreChange);
  }

  private static void ignoreChange(Object from, Object to, String reason) {}

  boolean isSpectator() {
    return slot < 0;
  }

  /** Whether that hello is of the session that this one goes on with. */
  boolean continues(Hello hello) {
    return formerId != 0
        && formerId == hello.sessionId()
        && formerIncarnation == hello.incarnation()
        && slot == hello.slot();
  }

  boolean isPresent() {
    return state.state().isPresent();
  }

  boolean isWithdrawing() {
    return state.is(SessionState.WITHDRAWING);
  }

  /** Whether it may see to the journals of others. */
  boolean canRecover() {
    return !isSpectator() && state.is(SessionState.MEMBER);
  }

  int holdCount() {
    return coordinationHolds.size() + protectedHolds.size();
  }

  /** The ring that a hold on that glock belongs to. */
  HoldRing holdsLike(Glock glock) {
    return holdsLike(glock.type(), glock.number());
  }

  private HoldRing holdsLike(GlockType type, long number) {
    return switch (type) {
      case JOURNAL -> coordinationHolds;
      case NONDISK ->
          number == GlockName.FREEZE.number() || number == GlockName.RENAME.number()
              ? protectedHolds
              : coordinationHolds;
      case INODE, RGRP, META, IOPEN, FLOCK, QUOTA, APPLICATION -> protectedHolds;
    };
  }

  int waitingCount() {
    return waitingById.size();
  }

  @Nullable Request waitingRequest(long requestId) {
    return waitingById.get(requestId);
  }

  @Nullable Request waitingRequest(Glock glock) {
    return waitingById.isEmpty() ? null : waitingByGlock.get(glock);
  }

  /** Its requests that wait, in the order in which they came; a copy. */
  List<Request> waitingRequests() {
    return new ArrayList<>(waitingById.values());
  }

  void addWaiting(Request request) {
    waitingById.put(request.acquire.requestId(), request);
    waitingByGlock.put(request.glock, request);
  }

  void removeWaiting(Request request) {
    waitingById.remove(request.acquire.requestId());
    waitingByGlock.remove(request.glock);
  }
}
