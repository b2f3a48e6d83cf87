package glockenspiel.node.core;

import glockenspiel.node.recovery.Membership;
import glockenspiel.node.withdraw.WithdrawKinds;
import glockenspiel.node.withdraw.WithdrawTrigger;
import glockenspiel.protocol.lock.LockManagerPort;
import glockenspiel.runtime.task.SerialOwner;

/**
 * Makes a node's memberships: one for each mount, and those by which it helps itself without a
 * session.
 */
final class Memberships {
  private final SerialOwner owner;
  private final LockManagerPort lockManager;
  private final Membership.Settings settings;

  Memberships(SerialOwner owner, LockManagerPort lockManager, NodeSettings settings) {
    this.owner = owner;
    this.lockManager = lockManager;
    this.settings =
        new Membership.Settings(
            settings.lockspace(),
            settings.nodeName(),
            settings.spectator(),
            settings.session(),
            settings.glocks());
  }

  /** A membership that asks for a withdraw when a glock cannot be made ready to be lowered. */
  Membership make(Membership.Watcher watcher, WithdrawTrigger trigger) {
    return new Membership(
        owner,
        lockManager,
        settings,
        (glock, cause) ->
            trigger.withdraw(
                WithdrawKinds.of(cause),
                "glock " + glock + " was not synced: " + cause.getMessage()),
        watcher);
  }

  /** A membership under which nothing is cached. */
  Membership makeEmptyHanded(Membership.Watcher watcher) {
    return make(watcher, (kind, reason) -> {});
  }
}
