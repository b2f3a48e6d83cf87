package glockenspiel.cli.workload;

import glockenspiel.cli.cluster.FileAccess;
import glockenspiel.cli.cluster.FileAccess.GoneException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * Several clients on each of several nodes, all at once, until they are stopped or their node has
 * gone; and the check of what they left.
 */
public final class Workload {
  /**
   * What the check at the end found.
   *
   * @param sectors sectors that were found as they must be
   * @param durable of these, sectors of failed nodes that had been acknowledged as durable
   * @param violations what is not as it must be, one line each
   */
  public record Findings(long sectors, long durable, List<String> violations) {
    /** Copies the list. */
    public Findings {
      violations = List.copyOf(violations);
    }
  }

  private static final long POLL_MILLIS = 2;

  private final Sectors sectors;
  private final SharedFiles shared = new SharedFiles();
  private final Operations operations = new Operations();
  private final Places places;
  private final List<Client> clients = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Set<Integer> failed = ConcurrentHashMap.newKeySet();
  private final List<String> errors = Collections.synchronizedList(new ArrayList<>());
  private final Set<Integer> retired = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;

  private Workload(Sectors sectors, List<FileAccess> nodes, int clientsPerNode, long seed) {
    this.sectors = sectors;
    this.places = Places.make(nodes.getFirst(), nodes.size(), sectors, shared);
    for (int node = 0; node < nodes.size(); node++) {
      for (int number = 0; number < clientsPerNode; number++) {
        clients.add(
            new Client(node, number, nodes.get(node), places, seed, sectors, shared, operations));
      }
    }
  }

  /**
   * Makes the directories of a run, and starts its clients.
   *
   * @param nodes mounted
   * @param seed decides what the clients do; the order between them is the machine's
   */
  public static Workload start(List<FileAccess> nodes, int clientsPerNode, long seed) {
    Workload workload = new Workload(new Sectors(seed), nodes, clientsPerNode, seed);
    for (Client client : workload.clients) {
      workload.threads.add(
          Thread.ofVirtual().name("client-" + client.node()).start(() -> workload.run(client)));
    }
    return workload;
  }

  private void run(Client client) {
    try {
      while (!stopped && !retired.contains(client.node())) {
        client.step();
        Thread.sleep(client.thinkMillis());
      }
    } catch (GoneException gone) {
      if (!failed.contains(client.node())) {
        errors.add("node " + client.node() + " failed its clients: " + gone.getMessage());
      }
    } catch (RuntimeException failure) {
      errors.add("a client of node " + client.node() + ": " + failure);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * The node is about to fail, or has just begun to: what it had not made durable may be lost from
   * now on.
   */
  public void failing(int node) {
    failed.add(node);
    shared.failed(node);
  }

  /** Lets the clients of one node finish what they are at, and waits for it. */
  public void retire(int node, long timeoutNanos) throws InterruptedException {
    retired.add(node);
    for (int index = 0; index < clients.size(); index++) {
      if (clients.get(index).node() == node) {
        threads.get(index).join(TimeUnit.NANOSECONDS.toMillis(timeoutNanos));
      }
    }
  }

  /** Has the clients of these nodes make durable what they have done, and waits until they have. */
  public void sync(Set<Integer> nodes, long timeoutNanos) throws InterruptedException {
    List<Client> wanted = clients.stream().filter(client -> nodes.contains(client.node())).toList();
    wanted.forEach(Client::wantSync);
    long end = System.nanoTime() + timeoutNanos;
    while (!wanted.stream().allMatch(Client::hasSynced)
        && System.nanoTime() - end < 0
        && errors.isEmpty()) {
      Thread.sleep(POLL_MILLIS);
    }
  }

  /** The directory that all of it lies in. */
  public String directory() {
    return places.top();
  }

  /** A file that no client touches, so that only its maker, the first node, has it in its cache. */
  public String quietFile() {
    return places.quiet();
  }

  /** What was done. */
  public Operations operations() {
    return operations;
  }

  /** Waits until that many operations have ended, or the time is over. */
  public void awaitOperations(long count, long timeoutNanos) throws InterruptedException {
    long end = System.nanoTime() + timeoutNanos;
    while (operations.ended() < count && System.nanoTime() - end < 0 && errors.isEmpty()) {
      Thread.sleep(POLL_MILLIS);
    }
  }

  /**
   * Lets every client finish what it is at.
   *
   * @return false when one is still at it after that time
   */
  public boolean stop(long timeoutNanos) throws InterruptedException {
    stopped = true;
    long end = System.nanoTime() + timeoutNanos;
    for (Thread thread : threads) {
      long rest = Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()));
      thread.join(rest);
    }
    return threads.stream().noneMatch(Thread::isAlive);
  }

  /** What went wrong while it ran: one line each. */
  public List<String> errors() {
    return List.copyOf(errors);
  }

  /**
   * What was found in files of all nodes that cannot be, if every lock was held by one at a time:
   * one line each.
   */
  public List<String> sharedViolations() {
    return shared.violations();
  }

  /** Reads of files of all nodes that were checked. */
  public long sharedReads() {
    return shared.boardReads();
  }

  /** Of these, reads that found what another node had written. */
  public long handedOver() {
    return shared.handedOver();
  }

  /** Appends whose places were checked. */
  public long appends() {
    return shared.appends();
  }

  /**
   * Reads all that was left. Each client's files are read through a node that is not its own, where
   * there is one.
   *
   * @param through nodes that are mounted now, by their index
   * @param timeoutNanos what has not been read by then is a violation
   */
  public Findings verify(Map<Integer, FileAccess> through, long timeoutNanos)
      throws InterruptedException {
    if (through.isEmpty()) {
      return new Findings(0, 0, List.of("no node is mounted, nothing can be read"));
    }
    List<String> violations = Collections.synchronizedList(new ArrayList<>());
    List<Reading> readings = new ArrayList<>();
    for (Client client : clients) {
      FileAccess reader = notOf(client.node(), through);
      boolean lives = !failed.contains(client.node());
      readings.add(
          new Reading("files of node " + client.node(), !lives)
              .start(() -> client.verify(reader, lives, violations), violations));
    }
    FileAccess any = through.values().iterator().next();
    for (String log : places.logs()) {
      readings.add(
          new Reading(log, false).start(() -> verifyLog(log, any, violations), violations));
    }
    long end = System.nanoTime() + timeoutNanos;
    long sectorsFound = 0;
    long durable = 0;
    for (Reading reading : readings) {
      long found = reading.await(end, violations);
      sectorsFound += found;
      durable += reading.ofFailedNode ? found : 0;
    }
    return new Findings(sectorsFound, durable, List.copyOf(violations));
  }

  /** The check of one part of what was left. */
  private static final class Reading {
    private final String what;
    private final boolean ofFailedNode;
    private final CompletableFuture<Long> found = new CompletableFuture<>();

    Reading(String what, boolean ofFailedNode) {
      this.what = what;
      this.ofFailedNode = ofFailedNode;
    }

    Reading start(LongSupplier check, List<String> violations) {
      Thread.ofVirtual()
          .name("verify " + what)
          .start(
              () -> {
                try {
                  found.complete(check.getAsLong());
                } catch (RuntimeException failure) {
                  violations.add(what + ": " + failure);
                  found.complete(0L);
                }
              });
      return this;
    }

    long await(long endNanos, List<String> violations) throws InterruptedException {
      try {
        return found.get(Math.max(0, endNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException late) {
        violations.add(what + ": could not be read in time");
        return 0;
      } catch (ExecutionException impossible) {
        throw new IllegalStateException(what, impossible);
      }
    }
  }

  private static FileAccess notOf(int node, Map<Integer, FileAccess> through) {
    return through.entrySet().stream()
        .filter(entry -> entry.getKey() != node)
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseGet(() -> through.values().iterator().next());
  }

  private long verifyLog(String log, FileAccess through, List<String> violations) {
    Map<Long, Long> expected = shared.expected(log);
    for (Map.Entry<Long, Long> place : expected.entrySet()) {
      ByteBuffer sector = through.files(fs -> fs.read(log, place.getKey(), Sectors.BYTES));
      try {
        long[] version = sectors.read(log, Places.id(log), 0, sector);
        if (version.length != 1 || version[0] != place.getValue()) {
          violations.add(
              "%s byte %d: version %s should be %d"
                  .formatted(
                      log,
                      place.getKey(),
                      version.length == 1 ? version[0] : "none",
                      place.getValue()));
        }
      } catch (Sectors.BadContent bad) {
        violations.add(log + " byte " + place.getKey() + ": " + bad.getMessage());
      }
    }
    return expected.size();
  }
}
