package glockenspiel.node.core;

import glockenspiel.node.withdraw.Withdraw;
import glockenspiel.node.withdraw.WithdrawKind;
import glockenspiel.node.withdraw.WithdrawStatus;
import glockenspiel.node.withdraw.WithdrawStep;
import glockenspiel.runtime.task.Promise;
import org.jspecify.annotations.Nullable;

/** One withdraw of a node: who asked first, how many came later, where it is, how long it took. */
final class WithdrawRun {
  final Mount mount;
  final WithdrawKind kind;
  final String reason;
  final long startedNanos;

  /** Done when the node is WITHDRAWN; all callers wait for it. */
  final Promise<@Nullable Void> over = new Promise<>();

  @Nullable Withdraw withdraw;
  long secondaryWithdraws;
  private long millis = -1;

  WithdrawRun(Mount mount, WithdrawKind kind, String reason, long startedNanos) {
    this.mount = mount;
    this.kind = kind;
    this.reason = reason;
    this.startedNanos = startedNanos;
  }

  long end(long now) {
    millis = (now - startedNanos) / 1_000_000;
    return millis;
  }

  WithdrawStep step() {
    return withdraw == null ? WithdrawStep.STOPPING : withdraw.step();
  }

  WithdrawStatus status(long now) {
    return new WithdrawStatus(
        kind,
        reason,
        step(),
        millis >= 0 ? millis : (now - startedNanos) / 1_000_000,
        secondaryWithdraws,
        mount.membership().glocks().counts().heldBack());
  }
}
