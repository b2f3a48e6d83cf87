package glockenspiel.lockmanager.app;

import glockenspiel.lockmanager.core.Notice;
import glockenspiel.lockmanager.core.WaitCycle;
import glockenspiel.lockmanager.grpc.LockManagerShell;
import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.runtime.state.InvariantViolation;
import glockenspiel.runtime.telemetry.Telemetry;
import glockenspiel.runtime.telemetry.Traceparent;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what happens in the lockspaces into the log, one line each, and counts it. */
final class NoticeLog implements LockManagerShell.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(NoticeLog.class);
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;

  private final Runnable whenViolated;
  private final LongCounter lost;
  private final LongCounter withdraws;
  private final LongCounter waitCycles;
  private final DoubleHistogram gateClosed;

  NoticeLog(Telemetry telemetry, Runnable whenViolated) {
    this.whenViolated = whenViolated;
    this.lost =
        telemetry
            .meter()
            .counterBuilder("glockenspiel.lock.sessions.lost")
            .setDescription("Sessions that were given up")
            .build();
    this.withdraws =
        telemetry
            .meter()
            .counterBuilder("glockenspiel.lock.withdraws")
            .setDescription("Withdraws that were announced")
            .build();
    this.waitCycles =
        telemetry
            .meter()
            .counterBuilder("glockenspiel.lock.wait.cycles")
            .setDescription("Rings of members that have waited for each other at two looks")
            .build();
    this.gateClosed =
        telemetry
            .meter()
            .histogramBuilder("glockenspiel.lock.gate.closed")
            .setDescription("How long the gate was closed")
            .setUnit("s")
            .build();
  }

  @Override
  public void noticed(String lockspace, Notice notice) {
    switch (notice) {
      case Notice.SessionJoined joined -> joined(lockspace, joined);
      case Notice.SessionResumed(long session, String node) ->
          LOG.info("resumed lockspace={} session={} node={}", lockspace, session, node);
      case Notice.SessionReasserting(long session, String node, int slot) -> {
        LOG.info(
            "reasserting lockspace={} session={} node={} slot={}", lockspace, session, node, slot);
      }
      case Notice.SessionReasserted(long session, String node, int slot, int locks) ->
          LOG.info(
              "reasserted lockspace={} session={} node={} slot={} locks={}",
              lockspace,
              session,
              node,
              slot,
              locks);
      case Notice.GraceEnded(int members) ->
          LOG.info("grace ended lockspace={} members={}", lockspace, members);
      case Notice.SessionDisconnected(long session, String node) ->
          LOG.warn("disconnected lockspace={} session={} node={}", lockspace, session, node);
      case Notice.SessionLeft(long session, String node, int slot) -> {
        LOG.info("left lockspace={} session={} node={} slot={}", lockspace, session, node, slot);
      }
      case Notice.SessionLost gone -> lost(lockspace, gone);
      case Notice.WithdrawAnnounced(long session, String node, int jid, String trace) -> {
        withdraws.add(1);
        LOG.warn(
            "withdraw announced lockspace={} session={} node={} jid={} trace={}",
            lockspace,
            session,
            node,
            jid,
            Traceparent.traceId(trace));
      }
      case Notice.GateClosed(GateStatus gate, String reason) ->
          LOG.warn(
              "gate closed lockspace={} generation={} journals={} firstMount={} reason=\"{}\"",
              lockspace,
              gate.generation(),
              gate.pendingJids(),
              gate.firstMountPending(),
              reason);
      case Notice.JournalClean(int jid, String reporter, int orphansDropped) ->
          LOG.info(
              "{} clean lockspace={} reporter={} orphansDropped={}",
              jid < 0 ? "all journals" : "jid=" + jid,
              lockspace,
              reporter,
              orphansDropped);
      case Notice.GateOpened(long generation, long closedNanos) -> {
        gateClosed.record(closedNanos / NANOS_PER_SECOND);
        LOG.info(
            "gate opened lockspace={} generation={} closedMillis={}",
            lockspace,
            generation,
            Math.round(closedNanos / NANOS_PER_MILLI));
      }
      case Notice.FirstMounterChosen(long session, String node) ->
          LOG.info("first mounter lockspace={} session={} node={}", lockspace, session, node);
      case Notice.WaitCycleLasts(WaitCycle cycle) -> {
        waitCycles.add(1);
        LOG.warn("members wait for each other lockspace={} ring=\"{}\"", lockspace, cycle);
      }
    }
  }

  private void joined(String lockspace, Notice.SessionJoined joined) {
    LOG.info(
        "joined lockspace={} session={} node={} slot={} firstMounter={}",
        lockspace,
        joined.sessionId(),
        joined.nodeName(),
        joined.slot(),
        joined.firstMounter());
  }

  private void lost(String lockspace, Notice.SessionLost gone) {
    lost.add(1);
    LOG.warn(
        "lost lockspace={} session={} node={} slot={} cause={} journalPending={} orphans={}"
            + " reason=\"{}\"",
        lockspace,
        gone.sessionId(),
        gone.nodeName(),
        gone.slot(),
        gone.cause(),
        gone.journalPending(),
        gone.orphans(),
        gone.reason());
  }

  @Override
  public void violated(InvariantViolation violation) {
    LOG.error("an invariant is broken, nothing is granted any more", violation);
    whenViolated.run();
  }
}
