package glockenspiel.node.core;

import glockenspiel.node.freeze.FreezeStatus;
import glockenspiel.node.glock.SessionState;
import glockenspiel.node.recovery.Gate;
import glockenspiel.node.recovery.Membership;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts a node's status together, and above all what it waits for. */
final class StatusReport {
  private StatusReport() {}

  static NodeStatus of(
      NodeSettings settings,
      NodeState state,
      long now,
      long sinceNanos,
      @Nullable Mount mount,
      @Nullable WithdrawRun withdraw,
      String lastError) {
    Membership membership = mount == null ? null : mount.membership();
    return new NodeStatus(
        settings.nodeName(),
        settings.lockspace(),
        settings.spectator(),
        state,
        (now - sinceNanos) / 1_000_000,
        membership == null ? -1 : membership.journal().jid(),
        membership == null ? 0 : membership.session().sessionId(),
        membership == null ? 0 : membership.journal().epoch(),
        membership == null ? null : membership.gate().status(),
        membership == null ? 0 : membership.gate().closedMillis(),
        mount == null ? List.of() : waitingFor(settings, state, mount, withdraw),
        withdraw == null ? null : withdraw.status(now),
        mount == null ? null : mount.freeze().status(),
        membership == null ? 0 : membership.glocks().counts().known(),
        lastError);
  }

  private static List<String> waitingFor(
      NodeSettings settings, NodeState state, Mount mount, @Nullable WithdrawRun withdraw) {
    List<String> lines = new ArrayList<>();
    Membership membership = mount.membership();
    SessionState session = membership.session().state();
    if (session == SessionState.JOINING
        || session == SessionState.BROKEN
        || session == SessionState.RESUMING) {
      lines.add("session " + session + ": the lock-manager must be reached");
    }
    if (state == NodeState.WITHDRAWING && withdraw != null) {
      lines.add(
          "withdraw of jid "
              + membership.journal().jid()
              + ": "
              + withdraw.step().text()
              + "; who could help: any mounted node that is no spectator, or the next mounter");
    }
    Gate gate = membership.gate();
    if (!gate.isOpen() && session == SessionState.OPEN) {
      lines.add(gateLine(settings, gate));
    }
    FreezeStatus freeze = mount.freeze().status();
    if (freeze.state().isStill()) {
      lines.add(freezeLine(settings, freeze));
    }
    lines.addAll(mount.problems().toLines());
    return List.copyOf(lines);
  }

  private static String freezeLine(NodeSettings settings, FreezeStatus freeze) {
    String since = " by " + freeze.by() + "; for " + freeze.millis() + "ms; ";
    return switch (freeze.state()) {
      case FREEZING -> "being frozen" + since + "changes under way must end";
      case ASKING -> "being frozen" + since + "every other node must come to rest";
      default ->
          "frozen"
              + since
              + "who could help: "
              + (freeze.own() ? "node " + settings.nodeName() : freeze.by())
              + ", with a thaw";
    };
  }

  private static String gateLine(NodeSettings settings, Gate gate) {
    String what =
        gate.status().firstMountPending()
            ? "the first mounter must see to every journal"
            : "journals " + gate.status().pendingJids() + " wait for replay";
    String who;
    if (gate.isFirstMounter()) {
      who = "this node is at it";
    } else if (gate.status().firstMountPending()) {
      who = "the first mounter, or after it the next node that is no spectator";
    } else if (settings.spectator()) {
      who = "any mounted node that is no spectator";
    } else {
      who = "this node and every other that is no spectator try";
    }
    return "gate closed, generation "
        + gate.generation()
        + ": "
        + what
        + "; for "
        + gate.closedMillis()
        + "ms; who could help: "
        + who;
  }
}
