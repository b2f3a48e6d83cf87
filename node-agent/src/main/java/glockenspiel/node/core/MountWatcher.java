package glockenspiel.node.core;

import glockenspiel.node.event.NodeEvent.DemoteRequestSeen;
import glockenspiel.node.event.NodeEvent.GateChanged;
import glockenspiel.node.event.NodeEvent.SessionBroken;
import glockenspiel.node.event.NodeEvent.SessionLost;
import glockenspiel.node.event.NodeEvent.SessionReasserted;
import glockenspiel.node.event.NodeEvent.SessionResumed;
import glockenspiel.node.event.NodeEvents;
import glockenspiel.node.freeze.Freeze;
import glockenspiel.node.recovery.Membership;
import glockenspiel.node.recovery.PeerRecovery;
import glockenspiel.node.withdraw.WithdrawKind;
import glockenspiel.node.withdraw.WithdrawKinds;
import glockenspiel.node.withdraw.WithdrawTrigger;
import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.LockManagerMessage.Demote;
import org.jspecify.annotations.Nullable;

/**
 * What a mount hears of its session: announcements go to recovery, trouble to the withdraw, all of
 * it to the events.
 */
final class MountWatcher implements Membership.Watcher {
  private final NodeEvents events;
  private final WithdrawTrigger trigger;
  private @Nullable PeerRecovery recovery;
  private @Nullable Freeze freeze;

  MountWatcher(NodeEvents events, WithdrawTrigger trigger) {
    this.events = events;
    this.trigger = trigger;
  }

  /** The mount's parts in recovery and freezes, made after the membership that it watches. */
  void serve(PeerRecovery peerRecovery, Freeze mountFreeze) {
    recovery = peerRecovery;
    freeze = mountFreeze;
  }

  @Override
  public void announced(Demote demote) {
    events.happened(new DemoteRequestSeen(demote.gate(), demote.trace()));
    if (recovery != null) {
      recovery.announced(demote.trace());
    }
  }

  @Override
  public void freezeWanted(Demote demote) {
    if (freeze != null) {
      freeze.wanted(demote);
    }
  }

  @Override
  public void gateChanged(GateStatus gate) {
    events.happened(new GateChanged(gate));
    if (recovery != null) {
      recovery.wake();
    }
  }

  @Override
  public void sessionBroken(String reason) {
    events.happened(new SessionBroken(reason));
  }

  @Override
  public void sessionResumed() {
    events.happened(new SessionResumed());
  }

  @Override
  public void sessionReasserted(long sessionId) {
    events.happened(new SessionReasserted(sessionId));
  }

  @Override
  public void sessionLost(String reason) {
    events.happened(new SessionLost(reason));
    trigger.withdraw(WithdrawKind.SESSION_LOST, reason);
  }

  @Override
  public void violated(RuntimeException cause) {
    trigger.withdraw(WithdrawKinds.of(cause), String.valueOf(cause.getMessage()));
  }
}
