package glockenspiel.cli.demo;

import glockenspiel.cli.cluster.ClusterNode;
import glockenspiel.cli.cluster.ClusterSettings;
import glockenspiel.cli.cluster.FileAccess;
import glockenspiel.cli.cluster.ImageVerdict;
import glockenspiel.cli.cluster.LocalCluster;
import glockenspiel.cli.demo.FencedWriter.Refusals;
import glockenspiel.cli.demo.RunFacts.WithdrawReturn;
import glockenspiel.cli.workload.Operations;
import glockenspiel.cli.workload.Workload;
import glockenspiel.node.core.NodeState;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.node.withdraw.WithdrawKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One cluster on one image, with a workload, one fault, and everything that can be seen of it. Used
 * once.
 */
final class DemoRun {
  private static final long PATIENCE_NANOS = 60_000_000_000L;
  private static final String DEMO = "demo";

  private final DemoSettings settings;
  private final Path image;
  private final Story story;
  private final Observations seen = new Observations(this::early);
  private final List<WithdrawReturn> returns = Collections.synchronizedList(new ArrayList<>());
  private final Map<Integer, Long> epochs = new TreeMap<>();
  private volatile @Nullable LocalCluster running;
  private volatile @Nullable Workload working;

  DemoRun(DemoSettings settings, Path image, Story story) {
    this.settings = settings;
    this.image = image;
    this.story = story;
  }

  /** On the node's owner, before anything follows from the event. */
  private void early(int node, NodeEvent event) {
    Workload workload = working;
    LocalCluster cluster = running;
    if (event instanceof NodeEvent.WithdrawStarted && workload != null && cluster != null) {
      workload.failing(node);
      Thread.startVirtualThread(() -> withdrawAgain(cluster, node));
    }
  }

  /**
   * A second withdraw while the first runs: it must not return before the journal is clean (rule
   * 8).
   */
  private void withdrawAgain(LocalCluster cluster, int node) {
    try {
      cluster
          .node(node)
          .withdraw(WithdrawKind.OPERATOR, "an operator, too late to be the first")
          .join();
      long now = System.nanoTime();
      returns.add(new WithdrawReturn(node, now, cluster.check(seen.jidOf(node))));
    } catch (CompletionException failed) {
      seen.tell(DEMO, "a second withdraw of node-" + node + " failed: " + failed, Tone.FAULT);
    }
  }

  RunFacts run() throws IOException, InterruptedException {
    ClusterSettings shape =
        ClusterSettings.of(image, settings.nodes())
            .withCuttable(settings.fault() == FaultKind.PARTITION);
    if (settings.isSilent()) {
      shape = shape.withLeaseMillis(settings.pace().leaseMillis());
    }
    try (LocalCluster cluster = LocalCluster.start(shape, seen)) {
      running = cluster;
      mount(cluster);
      return run(cluster, shape.leaseMillis());
    }
  }

  private void mount(LocalCluster cluster) {
    story.say(
        "lock-manager 127.0.0.1:%d, journal-service 127.0.0.1:%d, node-agents %s"
            .formatted(
                cluster.lockManagerPort(),
                cluster.journalServicePort(),
                cluster.nodes().stream()
                    .map(node -> node.name() + " :" + node.port())
                    .collect(Collectors.joining(", "))));
    long start = System.nanoTime();
    for (ClusterNode node : cluster.nodes()) {
      epochs.put(node.index(), node.mount().epoch());
    }
    story.say(
        "%d nodes mounted %s in %d ms"
            .formatted(
                settings.nodes(),
                cluster.volume().name(),
                (System.nanoTime() - start) / 1_000_000));
  }

  private RunFacts run(LocalCluster cluster, long leaseMillis)
      throws IOException, InterruptedException {
    Workload workload =
        Workload.start(
            List.copyOf(cluster.nodes()), settings.pace().clientsPerNode(), settings.seed());
    working = workload;
    GateProbe probe =
        GateProbe.start("127.0.0.1", cluster.lockManagerPort(), cluster.volume().name());
    try {
      FaultInjection fault = new FaultInjection(settings, cluster, workload, seen);
      Thread.sleep(settings.pace().warmUpMillis());
      workload.awaitOperations(settings.pace().warmUpOperations(), PATIENCE_NANOS);
      fault.prepare();
      workload.sync(fault.victims(), PATIENCE_NANOS);
      tellOperations("before the fault", workload.operations());
      long block =
          cluster.node(settings.victim()).call(fs -> fs.lookup(workload.directory())).address();

      long faultNanos = System.nanoTime();
      fault.inject();
      boolean over = fault.awaitEnd(faultNanos);
      awaitReturns(fault);
      List<Refusals> refusals = writeFenced(cluster, fault.victims(), block);
      Thread.sleep(settings.pace().afterMillis());
      List<Integer> again = over ? mountAgain(cluster) : List.of();
      boolean stopped = workload.stop(PATIENCE_NANOS);
      long endNanos = System.nanoTime();
      story.say("");
      new Timeline(faultNanos).lines(seen.since(faultNanos), story.ansi()).forEach(story::say);
      story.say("");
      tellOperations("in all", workload.operations());

      Workload.Findings findings = workload.verify(mounted(cluster), PATIENCE_NANOS);
      GateProbe.Report report = probe.report();
      probe.close();
      leave(cluster);
      return new RunFacts(
          cluster.volume().name(),
          seen,
          faultNanos,
          endNanos,
          fault.victims(),
          survivors(cluster, fault),
          leaseMillis,
          workload,
          stopped && over,
          findings,
          report,
          refusals,
          List.copyOf(returns),
          again,
          ImageVerdict.of(image));
    } finally {
      probe.close();
    }
  }

  private static void leave(LocalCluster cluster) {
    for (ClusterNode node : cluster.nodes()) {
      if (node.status().state() == NodeState.MOUNTED) {
        node.unmount();
      }
    }
    cluster.close();
  }

  private Set<Integer> survivors(LocalCluster cluster, FaultInjection fault) {
    Set<Integer> survivors = new TreeSet<>();
    if (settings.fault() != FaultKind.LAST_NODE) {
      cluster.nodes().forEach(node -> survivors.add(node.index()));
      survivors.removeAll(fault.victims());
    }
    return survivors;
  }

  private void awaitReturns(FaultInjection fault) throws InterruptedException {
    int wanted = settings.fault().withdraws() ? fault.victims().size() : 0;
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (returns.size() < wanted && System.nanoTime() - end < 0) {
      Thread.sleep(1);
    }
  }

  /** What a node might still try that does not know that it is out. */
  private List<Refusals> writeFenced(LocalCluster cluster, Set<Integer> victims, long block)
      throws IOException {
    List<Refusals> refusals = new ArrayList<>();
    if (victims.isEmpty()) {
      return refusals;
    }
    try (FencedWriter writer =
        new FencedWriter("127.0.0.1", cluster.journalServicePort(), cluster.volume().name())) {
      for (int victim : victims) {
        Refusals refused =
            writer.attempt(seen.jidOf(victim), epochs.getOrDefault(victim, 0L), block);
        refusals.add(refused);
        seen.tell(
            DEMO,
            "sends an append and a write in place under epoch %d of journal %d: %s, %s"
                .formatted(refused.epoch(), refused.jid(), refused.append(), refused.write()),
            refused.areBothStale() ? Tone.GOOD : Tone.FAULT);
      }
    }
    return refusals;
  }

  /** Those that failed come back: withdrawn nodes without a restart, dead ones with one. */
  private List<Integer> mountAgain(LocalCluster cluster) throws IOException {
    List<Integer> again = new ArrayList<>();
    for (ClusterNode node : cluster.nodes()) {
      boolean dead = settings.fault() == FaultKind.CRASH && node.index() == settings.victim();
      if (dead) {
        cluster.restart(node.index()).mount();
        again.add(node.index());
      } else if (node.status().state().mayMount()) {
        node.mount();
        again.add(node.index());
      }
    }
    return again;
  }

  private static Map<Integer, FileAccess> mounted(LocalCluster cluster) {
    Map<Integer, FileAccess> mounted = new TreeMap<>();
    for (ClusterNode node : cluster.nodes()) {
      if (node.status().state() == NodeState.MOUNTED) {
        mounted.put(node.index(), node);
      }
    }
    return mounted;
  }

  private void tellOperations(String when, Operations operations) {
    story.say(
        "workload %s: %d operations (%s), %.1f MiB written"
            .formatted(
                when,
                operations.ended(),
                operations.counts().entrySet().stream()
                    .map(
                        count ->
                            count.getKey().name().toLowerCase(Locale.ROOT) + " " + count.getValue())
                    .collect(Collectors.joining(", ")),
                operations.bytesWritten() / 1048576.0));
  }
}
