package glockenspiel.node.withdraw;

import glockenspiel.node.event.NodeEvent.CleanReported;
import glockenspiel.node.event.NodeEvent.JournalBusy;
import glockenspiel.node.event.NodeEvent.ReplayDone;
import glockenspiel.node.event.NodeEvent.ReplayFailed;
import glockenspiel.node.event.NodeEvents;
import glockenspiel.node.glock.GlockException;
import glockenspiel.node.glock.Glocks.Holder;
import glockenspiel.node.glock.Patience;
import glockenspiel.node.recovery.Gate;
import glockenspiel.node.recovery.Membership;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.runtime.task.SerialOwner;

/**
 * The last node replays its own journal: step 9 of {@link Withdraw}. The caller holds the live
 * glock EX, so nobody mounts meanwhile.
 *
 * <p>Is there a problem if the live glock is given back before the report has opened the gate? Yes:
 * a node that mounts then takes its live glock, finds the gate closed for w, and replays w a second
 * time. Harmless, but it would mount later than it could.
 */
final class OwnReplay {
  /**
   * How long the gate may take to follow the report, before the node leaves all the same: the next
   * mounter replays a clean journal.
   */
  private static final long REPORT_PATIENCE_NANOS = 1_000_000_000;

  private final SerialOwner owner;
  private final Membership membership;
  private final StoragePort storage;
  private final NodeEvents events;
  private final int jid;
  private final String trace;

  OwnReplay(
      SerialOwner owner,
      Membership membership,
      StoragePort storage,
      NodeEvents events,
      int jid,
      String trace) {
    this.owner = owner;
    this.membership = membership;
    this.storage = storage;
    this.events = events;
    this.jid = jid;
    this.trace = trace;
  }

  /** Tries once; when it does not work out, the caller asks again later. */
  void run() {
    Holder glock;
    try {
      glock =
          membership
              .glocks()
              .acquire(
                  GlockName.journal(jid),
                  LockMode.EX,
                  LockFlags.TRY | LockFlags.NOEXP,
                  Patience.endless(),
                  trace);
    } catch (GlockException refused) {
      events.happened(new JournalBusy(jid, trace));
      return;
    }
    try {
      long epoch = owner.await(storage.check(jid, trace)).epoch();
      ReplayResult result = owner.await(storage.replay(jid, epoch, true, trace));
      events.happened(new ReplayDone(result, trace));
      reportUntilOpen();
    } catch (StorageException failed) {
      events.happened(new ReplayFailed(jid, failed.reason() + ": " + failed.getMessage(), trace));
    } finally {
      glock.close();
      membership.glocks().giveBack(GlockName.journal(jid));
    }
  }

  /**
   * The journal glock is held all the time and nobody but this node, which writes no more, was its
   * owner: so a generation that has changed meanwhile has changed for another journal, and the
   * report may be given again under it.
   */
  private void reportUntilOpen() {
    Gate gate = membership.gate();
    long reported = -1;
    long end = owner.nowNanos() + REPORT_PATIENCE_NANOS;
    while (gate.isPending(jid) && !membership.session().state().isOver()) {
      if (gate.generation() != reported) {
        reported = gate.generation();
        membership.session().send(new NodeMessage.ReportClean(reported, jid));
        events.happened(new CleanReported(jid, reported, trace));
      }
      long rest = end - owner.nowNanos();
      if (rest <= 0) {
        return;
      }
      gate.changed().await(rest);
    }
  }
}
