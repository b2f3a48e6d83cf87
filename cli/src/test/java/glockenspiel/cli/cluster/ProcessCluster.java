package glockenspiel.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Every service in a process of its own, as in production; each can die and be started again. */
final class ProcessCluster implements AutoCloseable {
  private static final String ANY_PORT = "127.0.0.1:0";
  private static final int SIGTERM_EXIT = 143;

  private final Path image;
  private final long leaseMillis;
  private final List<ServiceProcess> processes = new ArrayList<>();
  private ServiceProcess lockManager;
  private ServiceProcess journalService;

  /** Starts a lock-manager without a grace period, and a journal-service on a new image. */
  ProcessCluster(Path folder, int journals, long leaseMillis) throws IOException {
    this.image = folder.resolve("volume.img");
    this.leaseMillis = leaseMillis;
    NewImage.small(journals).write(image);
    lockManager = startLockManager(ANY_PORT, 0);
    journalService = startJournalService(ANY_PORT);
  }

  private ServiceProcess start(String... arguments) throws IOException {
    ServiceProcess process = ServiceProcess.start(arguments);
    processes.add(process);
    return process;
  }

  private ServiceProcess startLockManager(String listen, long graceMillis) throws IOException {
    return start(
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
    return start("journal-service", "--insecure", "--listen", listen, "--image", image.toString());
  }

  ServiceProcess lockManager() {
    return lockManager;
  }

  ServiceProcess journalService() {
    return journalService;
  }

  /**
   * Another lock-manager takes the place of one that was killed; it waits for the nodes of that.
   */
  void startLockManagerAgain() throws IOException, InterruptedException {
    lockManager = startLockManager(lockManager.address(), leaseMillis);
  }

  /** Another journal-service takes the place of one that was killed. */
  void startJournalServiceAgain() throws IOException, InterruptedException {
    journalService = startJournalService(journalService.address());
  }

  /** A node that mounts; not waited for. */
  ServiceProcess startNode(String name) throws IOException, InterruptedException {
    return start(
        "node-agent",
        "--insecure",
        "--listen",
        ANY_PORT,
        "--volume",
        NewImage.VOLUME,
        "--node-name",
        name,
        "--lock-manager",
        lockManager.address(),
        "--journal-service",
        journalService.address());
  }

  ServiceProcess mountedNode(String name) throws IOException, InterruptedException {
    ServiceProcess node = startNode(name);
    node.await("event=MOUNTED");
    return node;
  }

  /** Nodes leave in order, then the services end; the image is in order. */
  void endInOrder(ServiceProcess... nodes) throws IOException, InterruptedException {
    List<ServiceProcess> all = new ArrayList<>(List.of(nodes));
    all.add(journalService);
    all.add(lockManager);
    for (ServiceProcess each : all) {
      assertEquals(SIGTERM_EXIT, each.terminate());
    }
    ImageVerdict verdict = ImageVerdict.of(image);
    assertTrue(verdict.isClean(), verdict::toString);
  }

  /** Kills what is left. */
  @Override
  public void close() {
    processes.forEach(ServiceProcess::close);
  }
}
