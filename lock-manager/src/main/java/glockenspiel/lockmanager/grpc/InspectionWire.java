package glockenspiel.lockmanager.grpc;

import glockenspiel.lock.v1.JournalUse;
import glockenspiel.lock.v1.LockContention;
import glockenspiel.lock.v1.LockHolder;
import glockenspiel.lock.v1.LockWaiter;
import glockenspiel.lock.v1.Lockspace;
import glockenspiel.lock.v1.PendingRecovery;
import glockenspiel.lock.v1.SessionState;
import glockenspiel.lock.v1.WaitLink;
import glockenspiel.lockmanager.core.LockCursor;
import glockenspiel.lockmanager.core.LockFilter;
import glockenspiel.lockmanager.core.LockInfo;
import glockenspiel.lockmanager.core.LockspaceInfo;
import glockenspiel.lockmanager.core.SessionInfo;
import glockenspiel.lockmanager.core.WaitCycle;
import glockenspiel.protocol.wire.FieldCheck;
import glockenspiel.protocol.wire.LockWire;
import org.jspecify.annotations.Nullable;

/**
 * The core's pictures of itself as messages. Times of the core's clock become how long ago that
 * was.
 */
final class InspectionWire {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private InspectionWire() {}

  static Lockspace lockspace(LockspaceInfo info, long incarnation, long nowNanos) {
    boolean open = info.gate().isOpen();
    Lockspace.Builder builder =
        Lockspace.newBuilder()
            .setName(info.name())
            .setApplication(info.namespace())
            .setInGrace(info.inGrace())
            .setIncarnation(incarnation)
            .setGateOpen(open)
            .setGate(LockWire.gate(info.gate()))
            .setGateClosedMillis(open ? 0 : millis(nowNanos - info.gateClosedSinceNanos()))
            .setGatedRequests(info.gatedRequestCount())
            .setSessionCount(info.sessionCount())
            .setLockCount(info.glockCount())
            .setContendedCount(info.contendedCount());
    for (LockspaceInfo.Pending pending : info.pending()) {
      PendingRecovery.Builder recovery =
          PendingRecovery.newBuilder()
              .setNodeName(pending.nodeName())
              .setReason(pending.reason())
              .setPendingMillis(millis(nowNanos - pending.sinceNanos()))
              .addAllHelpers(pending.helpers());
      if (pending.jid() >= 0) {
        recovery.setJid(pending.jid());
      }
      builder.addPending(recovery);
    }
    return builder.build();
  }

  static glockenspiel.lock.v1.SessionInfo session(SessionInfo info, long nowNanos) {
    glockenspiel.lock.v1.SessionInfo.Builder builder =
        glockenspiel.lock.v1.SessionInfo.newBuilder()
            .setSessionId(info.sessionId())
            .setNodeName(info.nodeName())
            .setConnected(info.connected())
            .setFirstMounter(info.firstMounter())
            .setLeaseRemainingMillis(millis(info.leaseEndsNanos() - nowNanos))
            .setHeldLocks(info.heldCount())
            .setWaitingRequests(info.waitingCount())
            .setUnacknowledgedMessages(info.unacknowledgedCount())
            .setState(
                switch (info.state()) {
                  case REASSERTING -> SessionState.SESSION_STATE_REASSERTING;
                  case MEMBER -> SessionState.SESSION_STATE_MEMBER;
                  case WITHDRAWING -> SessionState.SESSION_STATE_WITHDRAWING;
                  case LOST, LEFT -> SessionState.SESSION_STATE_UNSPECIFIED;
                })
            .setJournal(
                switch (info.journal()) {
                  case NONE -> JournalUse.JOURNAL_USE_NONE;
                  case OWNED -> JournalUse.JOURNAL_USE_OWNED;
                  case PENDING -> JournalUse.JOURNAL_USE_PENDING;
                  case REPLAYED -> JournalUse.JOURNAL_USE_REPLAYED;
                });
    if (info.slot() >= 0) {
      builder.setSlot(info.slot());
    }
    return builder.build();
  }

  static glockenspiel.lock.v1.LockInfo lock(LockInfo info, long nowNanos) {
    glockenspiel.lock.v1.LockInfo.Builder builder =
        glockenspiel.lock.v1.LockInfo.newBuilder()
            .setGlock(LockWire.glock(info.glock()))
            .setHasLockValue(info.hasLockValue())
            .setLockValueValid(info.lockValueValid());
    LockInfo.Contention contention = info.contention();
    if (contention.waits() > 0 || contention.demotes() > 0) {
      builder.setContention(
          LockContention.newBuilder()
              .setWaits(contention.waits())
              .setDemotes(contention.demotes())
              .setWaitedMillis(millis(contention.waitedNanos()))
              .setLongestWaitMillis(millis(contention.longestWaitNanos()))
              .setContendedMillis(millis(contention.contendedNanos())));
    }
    for (LockInfo.Holder holder : info.holders()) {
      builder.addHolders(
          LockHolder.newBuilder()
              .setSessionId(holder.sessionId())
              .setNodeName(holder.nodeName())
              .setMode(LockWire.mode(holder.mode()))
              .setGrantNumber(holder.grantNumber())
              .setDemoteTo(LockWire.modeOrUnspecified(holder.demoteWanted()))
              .setOrphan(holder.orphan())
              .setLockDelayMillis(holder.lockDelayMillis()));
    }
    for (LockInfo.Waiter waiter : info.waiters()) {
      builder.addWaiters(
          LockWaiter.newBuilder()
              .setSessionId(waiter.sessionId())
              .setNodeName(waiter.nodeName())
              .setRequestId(waiter.requestId())
              .setMode(LockWire.mode(waiter.mode()))
              .addAllFlags(LockWire.flags(waiter.flags()))
              .setConversion(waiter.conversion())
              .setGated(waiter.heldByGate())
              .setWaitedMillis(millis(nowNanos - waiter.sinceNanos())));
    }
    return builder.build();
  }

  static glockenspiel.lock.v1.WaitCycle waitCycle(WaitCycle cycle, long nowNanos) {
    glockenspiel.lock.v1.WaitCycle.Builder builder = glockenspiel.lock.v1.WaitCycle.newBuilder();
    for (WaitCycle.Wait wait : cycle.waits()) {
      builder.addWaits(
          WaitLink.newBuilder()
              .setSessionId(wait.sessionId())
              .setNodeName(wait.nodeName())
              .setRequestId(wait.requestId())
              .setGlock(LockWire.glock(wait.glock()))
              .setMode(LockWire.mode(wait.mode()))
              .setWaitedMillis(millis(nowNanos - wait.sinceNanos()))
              .setBlockerSessionId(wait.blockerSessionId())
              .setBlockerNodeName(wait.blockerNodeName())
              .setBlockerHolds(wait.blockerHolds()));
    }
    return builder.build();
  }

  static LockFilter filter(
      glockenspiel.lock.v1.GlockType type, String nodeName, boolean contended) {
    return new LockFilter(
        LockWire.typeOrNull("type", type),
        nodeName.isEmpty() ? null : LockWire.nodeName("node_name", nodeName),
        contended);
  }

  /** The place to go on from; empty for none. */
  static String pageToken(@Nullable LockCursor next) {
    return next == null ? "" : next.toString();
  }

  /** Reads a place to go on from. */
  static LockCursor pageToken(String token) {
    if (token.isEmpty()) {
      return LockCursor.START;
    }
    try {
      return LockCursor.parse(token);
    } catch (IllegalArgumentException bad) {
      throw FieldCheck.ARGUMENT.bad("page_token", "was not given by an answer");
    }
  }

  private static long millis(long nanos) {
    return Math.max(0, nanos / NANOS_PER_MILLI);
  }
}
