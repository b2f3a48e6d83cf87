package glockenspiel.cli.demo;

import glockenspiel.cli.cluster.ClusterNode;
import glockenspiel.cli.cluster.FileAccess.GoneException;
import glockenspiel.cli.cluster.LocalCluster;
import glockenspiel.cli.demo.Observations.Seen;
import glockenspiel.cli.workload.Workload;
import glockenspiel.lockmanager.core.Notice;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.node.withdraw.WithdrawKind;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Brings one fault about, and waits until the cluster is over it. */
final class FaultInjection {
  private static final String DEMO = "demo";
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private final DemoSettings settings;
  private final LocalCluster cluster;
  private final Workload workload;
  private final Observations seen;

  FaultInjection(
      DemoSettings settings, LocalCluster cluster, Workload workload, Observations seen) {
    this.settings = settings;
    this.cluster = cluster;
    this.workload = workload;
    this.seen = seen;
  }

  /** What must be done while everything is still well. */
  void prepare() throws InterruptedException {
    if (settings.fault() == FaultKind.LAST_NODE) {
      for (ClusterNode node : cluster.nodes()) {
        if (node.index() != settings.victim()) {
          workload.retire(node.index(), PATIENCE_NANOS);
          node.unmount();
        }
      }
    }
  }

  /** The nodes that are going to fail. */
  Set<Integer> victims() {
    Set<Integer> victims = new TreeSet<>();
    switch (settings.fault()) {
      case NONE, LOCK_MANAGER_RESTART -> {}
      case STORM -> cluster.nodes().forEach(node -> victims.add(node.index()));
      case JOURNAL_IO, CONSISTENCY, CRASH, PARTITION, LAST_NODE, LATE_REPLAY ->
          victims.add(settings.victim());
    }
    if (settings.fault() == FaultKind.STORM) {
      victims.remove(0);
    }
    return victims;
  }

  /** Makes it happen. */
  void inject() throws IOException {
    int victim = settings.victim();
    String name = ClusterNode.nameOf(victim);
    switch (settings.fault()) {
      case JOURNAL_IO, LAST_NODE, LATE_REPLAY -> {
        int jid = seen.jidOf(victim);
        seen.tell(
            DEMO,
            "the next write to journal %d, which is %s's, will fail".formatted(jid, name),
            Tone.FAULT);
        cluster.failJournalWrites(jid, 1);
      }
      case CONSISTENCY -> misread(victim, name);
      case CRASH -> {
        seen.tell(DEMO, "%s is killed".formatted(name), Tone.FAULT);
        workload.failing(victim);
        cluster.node(victim).crash();
      }
      case PARTITION -> {
        seen.tell(DEMO, "%s is cut off from both services".formatted(name), Tone.FAULT);
        workload.failing(victim);
        cluster.node(victim).cut();
      }
      case STORM -> storm();
      case LOCK_MANAGER_RESTART -> {
        seen.tell(DEMO, "the lock-manager dies, and another takes its place", Tone.FAULT);
        cluster.restartLockManager();
      }
      case NONE -> seen.tell(DEMO, "nothing goes wrong", Tone.PLAIN);
    }
  }

  /** The image stays as it is: one answer of the device is wrong, on its way to the victim. */
  private void misread(int victim, String name) {
    String file = workload.quietFile();
    long block = cluster.node(0).call(fs -> fs.lookup(file)).address();
    seen.tell(
        DEMO,
        "the device will answer one read of block 0x%x, a dinode, with another type in it; on the image it stays right"
            .formatted(block),
        Tone.FAULT);
    cluster.misreadOnce(block);
    seen.tell(DEMO, "%s looks at that file".formatted(name), Tone.FAULT);
    try {
      cluster.node(victim).call(fs -> fs.stat(file));
    } catch (GoneException withdraws) {
      // As it must: a node that finds its metadata contradicting itself cannot go on.
    }
  }

  private void storm() {
    seen.tell(DEMO, "an operator withdraws all nodes but one, at once", Tone.FAULT);
    for (int victim : victims()) {
      workload.failing(victim);
    }
    for (int victim : victims()) {
      var _ =
          cluster.node(victim).withdraw(WithdrawKind.OPERATOR, "the demonstration wants a storm");
    }
  }

  /**
   * Waits until everybody who fails is out, and the gate is open.
   *
   * @return false when that takes far too long
   */
  boolean awaitEnd(long sinceNanos) throws InterruptedException {
    Set<Integer> victims = victims();
    if (settings.fault() == FaultKind.LOCK_MANAGER_RESTART) {
      return seen.await(all -> isOpenAfterRestart(all, sinceNanos), PATIENCE_NANOS);
    }
    if (victims.isEmpty()) {
      return true;
    }
    if (settings.fault() == FaultKind.PARTITION) {
      if (!seen.await(all -> isGateOpenAgain(all, sinceNanos), PATIENCE_NANOS)) {
        return false;
      }
      seen.tell(DEMO, "the cut is healed", Tone.PLAIN);
      cluster.node(settings.victim()).heal();
    }
    boolean withdraws = settings.fault() != FaultKind.CRASH;
    return seen.await(
        all ->
            isGateOpenAgain(all, sinceNanos)
                && (!withdraws || haveWithdrawn(all, victims, sinceNanos)),
        PATIENCE_NANOS);
  }

  private static boolean haveWithdrawn(List<Seen> all, Collection<Integer> nodes, long since) {
    Set<Integer> missing = new TreeSet<>(nodes);
    for (Seen seen : all) {
      if (seen.nanos() - since >= 0
          && seen instanceof Seen.OfNode of
          && of.event() instanceof NodeEvent.Withdrawn) {
        missing.remove(of.node());
      }
    }
    return missing.isEmpty();
  }

  /** Whether a grace period has ended since then, and the gate is open. */
  private static boolean isOpenAfterRestart(List<Seen> all, long since) {
    boolean over = false;
    boolean open = false;
    for (Seen seen : all) {
      if (seen.nanos() - since >= 0 && seen instanceof Seen.OfLockManager of) {
        over |= of.notice() instanceof Notice.GraceEnded;
        open |= over && of.notice() instanceof Notice.GateOpened;
      }
    }
    return open;
  }

  /** Whether the gate was closed for a journal since then, and is open now. */
  private static boolean isGateOpenAgain(List<Seen> all, long since) {
    boolean closed = false;
    boolean open = false;
    for (Seen seen : all) {
      if (seen.nanos() - since >= 0 && seen instanceof Seen.OfLockManager of) {
        if (of.notice() instanceof Notice.GateClosed now && !now.gate().pendingJids().isEmpty()) {
          closed = true;
          open = false;
        } else if (of.notice() instanceof Notice.GateOpened) {
          open = true;
        }
      }
    }
    return closed && open;
  }
}
