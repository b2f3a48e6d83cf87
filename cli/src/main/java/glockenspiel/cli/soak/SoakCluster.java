package glockenspiel.cli.soak;

import glockenspiel.cli.cluster.FileAccess;
import glockenspiel.cli.process.ProcessCluster;
import glockenspiel.cli.process.RemoteNode;
import glockenspiel.cli.process.ServiceProcess;
import glockenspiel.node.v1.NodeState;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The processes of a soak, by the index of the node, and what is done to them. */
final class SoakCluster implements AutoCloseable {
  private static final long POLL_MILLIS = 50;
  private static final long SLOW_MILLIS = 10;

  /** A process and the connection to it. */
  private record Running(ServiceProcess process, RemoteNode node) {
    void close() {
      node.close();
    }
  }

  private final ProcessCluster processes;
  private final List<@Nullable Running> nodes = new ArrayList<>();
  private final Set<Integer> stopped = new HashSet<>();
  private final long leaseMillis;

  /** Starts all of it; returns when every node is mounted. */
  SoakCluster(ProcessCluster processes, int count, long leaseMillis)
      throws IOException, InterruptedException {
    this.processes = processes;
    this.leaseMillis = leaseMillis;
    for (int index = 0; index < count; index++) {
      nodes.add(null);
      start(index);
    }
    awaitMounted(TimeUnit.SECONDS.toNanos(60));
  }

  private static String name(int index) {
    return "node-" + index;
  }

  private void start(int index) throws IOException, InterruptedException {
    ServiceProcess process =
        processes.startNode(name(index), "--storage-timeout-millis", String.valueOf(leaseMillis));
    nodes.set(index, new Running(process, RemoteNode.of(name(index), process)));
  }

  private Running running(int index) {
    Running running = nodes.get(index);
    if (running == null) {
      throw new IllegalStateException(name(index) + " was never started");
    }
    return running;
  }

  int count() {
    return nodes.size();
  }

  /** The files of all nodes, in their order. */
  List<FileAccess> files() {
    List<FileAccess> files = new ArrayList<>();
    for (int index = 0; index < nodes.size(); index++) {
      files.add(running(index).node);
    }
    return files;
  }

  /** The files of all nodes by their index. */
  Map<Integer, FileAccess> filesByIndex() {
    Map<Integer, FileAccess> files = new TreeMap<>();
    for (int index = 0; index < nodes.size(); index++) {
      files.put(index, running(index).node);
    }
    return files;
  }

  /**
   * Begins a disturbance of these nodes, where it is one of nodes.
   *
   * @param allMayFail runs when what nobody was to notice has lasted so long on a busy machine that
   *     leases may end
   */
  void disturb(Disturbance disturbance, Set<Integer> victims, Runnable allMayFail)
      throws IOException, InterruptedException {
    switch (disturbance) {
      case NONE -> {}
      case KILL -> kill(victims);
      case STOP -> stop(victims);
      case PAUSE -> {
        long begin = System.nanoTime();
        stop(filesByIndex().keySet());
        Thread.sleep(leaseMillis / 4);
        if (System.nanoTime() - begin > sureNanos()) {
          allMayFail.run();
        }
        goOn();
      }
      case CUT_LOCK_MANAGER, CUT_JOURNAL_SERVICE, CUT_BOTH -> {
        for (int victim : victims) {
          cut(disturbance, processes.ways(name(victim)));
        }
      }
      case SLOW -> slow(SLOW_MILLIS);
      case RESTART_LOCK_MANAGER -> {
        Thread late =
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        TimeUnit.NANOSECONDS.sleep(sureNanos());
                        allMayFail.run();
                      } catch (InterruptedException backInTime) {
                        // Nobody has noticed.
                      }
                    });
        processes.lockManager().kill();
        processes.startLockManagerAgain();
        late.interrupt();
      }
      case RESTART_JOURNAL_SERVICE -> {
        processes.journalService().kill();
        processes.startJournalServiceAgain();
      }
      case KILL_ALL -> {
        processes.lockManager().kill();
        kill(filesByIndex().keySet());
        processes.journalService().kill();
        processes.startLockManagerAgain();
        processes.startJournalServiceAgain();
      }
    }
  }

  /** A node is sure to hold out for half a lease. */
  private long sureNanos() {
    return TimeUnit.MILLISECONDS.toNanos(leaseMillis / 2);
  }

  private void kill(Set<Integer> victims) throws InterruptedException {
    for (int victim : victims) {
      running(victim).process.kill();
    }
  }

  private void stop(Set<Integer> victims) throws IOException, InterruptedException {
    for (int victim : victims) {
      running(victim).process.signal("STOP");
      stopped.add(victim);
    }
  }

  private void goOn() throws IOException, InterruptedException {
    for (int victim : Set.copyOf(stopped)) {
      running(victim).process.signal("CONT");
      stopped.remove(victim);
    }
  }

  private void slow(long millis) throws IOException, InterruptedException {
    for (int index = 0; index < nodes.size(); index++) {
      processes.ways(name(index)).slow(millis);
    }
  }

  private static void cut(Disturbance disturbance, ProcessCluster.Ways ways) {
    if (disturbance != Disturbance.CUT_JOURNAL_SERVICE) {
      ways.lockManager().cut();
    }
    if (disturbance != Disturbance.CUT_LOCK_MANAGER) {
      ways.journalService().cut();
    }
  }

  /**
   * Ends what is still done to nodes; starts those again that are dead. They are not waited for.
   */
  void heal() throws IOException, InterruptedException {
    goOn();
    slow(0);
    for (int index = 0; index < nodes.size(); index++) {
      processes.ways(name(index)).heal();
      Running running = running(index);
      if (!running.process.isAlive()) {
        running.close();
        start(index);
      }
    }
  }

  /**
   * Waits until every node is mounted; has those mount that have withdrawn.
   *
   * @return names and states of those that are not; empty when all are
   */
  List<String> awaitMounted(long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    List<String> missing = missing();
    while (!missing.isEmpty() && System.nanoTime() - end < 0) {
      Thread.sleep(POLL_MILLIS);
      missing = missing();
    }
    return missing;
  }

  private List<String> missing() {
    List<String> missing = new ArrayList<>();
    for (int index = 0; index < nodes.size(); index++) {
      RemoteNode node = running(index).node;
      try {
        NodeState state = node.state();
        if (state != NodeState.NODE_STATE_MOUNTED) {
          missing.add(node.name() + " is " + state);
        }
        if (state == NodeState.NODE_STATE_WITHDRAWN) {
          node.mount();
        }
      } catch (StatusRuntimeException notYet) {
        missing.add(node.name() + ": " + notYet.getStatus());
      }
    }
    return missing;
  }

  /** All leave and end. */
  void endInOrder() throws InterruptedException {
    List<ServiceProcess> all = new ArrayList<>();
    for (int index = 0; index < nodes.size(); index++) {
      all.add(running(index).process);
    }
    processes.endInOrder(all);
  }

  @Override
  public void close() {
    for (Running running : nodes) {
      if (running != null) {
        running.close();
      }
    }
    processes.close();
  }
}
