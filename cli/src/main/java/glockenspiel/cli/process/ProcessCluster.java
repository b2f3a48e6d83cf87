package glockenspiel.cli.process;

import glockenspiel.cli.cluster.Relay;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Every service in a process of its own, as in production; each can die and be started again. Each
 * node reaches the services over relays of its own.
 */
public final class ProcessCluster implements AutoCloseable {
  /** How a node that has ended by SIGTERM says so. */
  public static final int SIGTERM_EXIT = 143;

  private static final String ANY_PORT = "127.0.0.1:0";

  /** The ways of one node to the services. */
  public record Ways(Relay lockManager, Relay journalService) {
    /** Nothing passes any more, and nobody is told. */
    public void cut() {
      lockManager.cut();
      journalService.cut();
    }

    /** All passes again. */
    public void heal() {
      lockManager.heal();
      journalService.heal();
    }

    /** From now on each piece of what passes takes so long, in either direction. */
    public void slow(long millis) {
      lockManager.slow(millis);
      journalService.slow(millis);
    }

    private void close() {
      lockManager.close();
      journalService.close();
    }
  }

  private final Path image;
  private final Path folder;
  private final String volume;
  private final long leaseMillis;
  private final Function<String, Map<String, String>> environments;
  private final List<ServiceProcess> processes = new ArrayList<>();
  private final Map<String, Ways> ways = new TreeMap<>();
  private ServiceProcess lockManager;
  private ServiceProcess journalService;

  /**
   * Starts a lock-manager without a grace period, and a journal-service on an image.
   *
   * @param folder takes the logs of all processes
   * @param volume the image's lock table
   */
  public ProcessCluster(Path folder, Path image, String volume, long leaseMillis)
      throws IOException {
    this(folder, image, volume, leaseMillis, name -> Map.of());
  }

  /**
   * The same.
   *
   * @param environments what is added to the environment of lock-manager, journal-service, and each
   *     node by its name
   */
  public ProcessCluster(
      Path folder,
      Path image,
      String volume,
      long leaseMillis,
      Function<String, Map<String, String>> environments)
      throws IOException {
    this.environments = environments;
    this.folder = folder;
    this.image = image;
    this.volume = volume;
    this.leaseMillis = leaseMillis;
    lockManager = startLockManager(ANY_PORT, 0);
    journalService = startJournalService(ANY_PORT);
  }

  private ServiceProcess start(String log, String... arguments) throws IOException {
    ServiceProcess process =
        ServiceProcess.start(folder.resolve(log + ".log"), environments.apply(log), arguments);
    processes.removeIf(known -> !known.isAlive());
    processes.add(process);
    return process;
  }

  private ServiceProcess startLockManager(String listen, long graceMillis) throws IOException {
    return start(
        "lock-manager",
        "lock-manager",
        "--insecure",
        "--listen",
        listen,
        "--lease-millis",
        String.valueOf(leaseMillis),
        "--grace-millis",
        String.valueOf(graceMillis));
  }

  private ServiceProcess startJournalService(String listen) throws IOException {
    return start(
        "journal-service",
        "journal-service",
        "--insecure",
        "--listen",
        listen,
        "--image",
        image.toString());
  }

  /** The present one. */
  public ServiceProcess lockManager() {
    return lockManager;
  }

  /** The present one. */
  public ServiceProcess journalService() {
    return journalService;
  }

  /**
   * Another lock-manager takes the place of one that was killed; it waits for the nodes of that.
   */
  public void startLockManagerAgain() throws IOException, InterruptedException {
    lockManager = startLockManager(lockManager.address(), leaseMillis);
    int _ = lockManager.port();
  }

  /** Another journal-service takes the place of one that was killed. */
  public void startJournalServiceAgain() throws IOException, InterruptedException {
    journalService = startJournalService(journalService.address());
    int _ = journalService.port();
  }

  /** The ways of a node to the services, whether or not it is there. */
  public Ways ways(String node) throws IOException, InterruptedException {
    @Nullable Ways known = ways.get(node);
    if (known == null) {
      known = new Ways(Relay.to(lockManager.port()), Relay.to(journalService.port()));
      ways.put(node, known);
    }
    return known;
  }

  /** A node that mounts; not waited for. */
  public ServiceProcess startNode(String name, String... more)
      throws IOException, InterruptedException {
    Ways its = ways(name);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "node-agent",
                "--insecure",
                "--listen",
                ANY_PORT,
                "--volume",
                volume,
                "--node-name",
                name,
                "--lock-manager",
                "127.0.0.1:" + its.lockManager.port(),
                "--journal-service",
                "127.0.0.1:" + its.journalService.port()));
    arguments.addAll(List.of(more));
    return start(name, arguments.toArray(String[]::new));
  }

  /** A node that has mounted. */
  public ServiceProcess mountedNode(String name) throws IOException, InterruptedException {
    ServiceProcess node = startNode(name);
    node.await("event=MOUNTED");
    return node;
  }

  /**
   * Nodes leave in order, then the services end.
   *
   * @throws IllegalStateException when one has not ended as it should
   */
  public void endInOrder(List<ServiceProcess> nodes) throws InterruptedException {
    List<ServiceProcess> all = new ArrayList<>(nodes);
    all.add(journalService);
    all.add(lockManager);
    for (ServiceProcess each : all) {
      int exit = each.terminate();
      if (exit != SIGTERM_EXIT) {
        throw new IllegalStateException("ended with " + exit + ":\n" + each.allSaid());
      }
    }
  }

  /** Kills what is left. */
  @Override
  public void close() {
    processes.forEach(ServiceProcess::close);
    ways.values().forEach(Ways::close);
  }
}
