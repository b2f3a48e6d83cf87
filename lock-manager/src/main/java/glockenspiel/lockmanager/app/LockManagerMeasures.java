package glockenspiel.lockmanager.app;

import glockenspiel.lockmanager.core.LockTotals;
import glockenspiel.lockmanager.grpc.LockManagerShell;
import glockenspiel.runtime.task.SerialOwner;
import glockenspiel.runtime.telemetry.OwnedMeasures;
import glockenspiel.runtime.telemetry.Telemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;

/** What a lock-manager shows to those who scrape it; {@code docs/operations.md} lists them. */
final class LockManagerMeasures {
  private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("outcome");
  private static final double NANOS_PER_SECOND = 1e9;

  private LockManagerMeasures() {}

  static BatchCallback observe(Telemetry telemetry, SerialOwner owner, LockManagerShell shell) {
    return new OwnedMeasures<>(telemetry, owner, shell::totals)
        .counter(
            "glockenspiel.lock.requests",
            "Requests for locks that have ended",
            (totals, requests) -> record(totals.counts(), requests))
        .counter(
            "glockenspiel.lock.demotes",
            "Demote requests that were sent",
            (totals, demotes) -> demotes.record(totals.counts().demotes()))
        .counter(
            "glockenspiel.lock.waits",
            "Requests that have waited and wait no more",
            (totals, waits) -> waits.record(totals.counts().waits()))
        .seconds(
            "glockenspiel.lock.waited",
            "For how long requests have waited, together",
            (totals, waited) -> waited.record(totals.counts().waitedNanos() / NANOS_PER_SECOND))
        .gauge(
            "glockenspiel.lock.lockspaces",
            "Lockspaces and namespaces in use",
            (totals, lockspaces) -> lockspaces.record(totals.lockspaces()))
        .gauge(
            "glockenspiel.lock.gates.closed",
            "Lockspaces whose gate is closed",
            (totals, closed) -> closed.record(totals.closedGates()))
        .gauge(
            "glockenspiel.lock.graces",
            "Lockspaces that wait for the members of the lock-manager before",
            (totals, graces) -> graces.record(totals.inGrace()))
        .gauge(
            "glockenspiel.lock.sessions",
            "Members of all lockspaces",
            (totals, sessions) -> sessions.record(totals.sessions()))
        .gauge(
            "glockenspiel.lock.locks",
            "Locks that somebody holds or wants",
            (totals, locks) -> locks.record(totals.locks()))
        .gauge(
            "glockenspiel.lock.contended",
            "Locks that somebody waits for",
            (totals, contended) -> contended.record(totals.contended()))
        .gauge(
            "glockenspiel.lock.unacknowledged",
            "Messages that sessions have not acknowledged",
            (totals, messages) -> messages.record(totals.unacknowledged()))
        .observe();
  }

  private static void record(LockTotals.Counts counts, ObservableLongMeasurement requests) {
    requests.record(counts.granted(), Attributes.of(OUTCOME, "GRANTED"));
    requests.record(counts.tryFailed(), Attributes.of(OUTCOME, "TRY_FAILED"));
    requests.record(counts.cancelled(), Attributes.of(OUTCOME, "CANCELLED"));
    requests.record(counts.refused(), Attributes.of(OUTCOME, "REFUSED"));
    requests.record(counts.deadlocks(), Attributes.of(OUTCOME, "DEADLOCK"));
  }
}
