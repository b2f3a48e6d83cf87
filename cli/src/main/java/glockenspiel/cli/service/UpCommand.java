package glockenspiel.cli.service;

import glockenspiel.cli.cluster.ClusterListener;
import glockenspiel.cli.cluster.ClusterNode;
import glockenspiel.cli.cluster.ClusterSettings;
import glockenspiel.cli.cluster.LocalCluster;
import glockenspiel.cli.cluster.NewImage;
import glockenspiel.cli.output.CommandFailure;
import glockenspiel.cli.output.Output;
import glockenspiel.journal.device.VolumeStateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code glock up}: a whole cluster in this process, until it is told to end. */
@Command(
    name = "up",
    description = {
      "Runs a lock-manager, a journal-service and node-agents in this process, all mounted, until"
          + " Ctrl-C; then everything leaves in order.",
      "No encryption, no identities: whoever reaches the ports may do everything."
    },
    mixinStandardHelpOptions = true)
public final class UpCommand implements Callable<Integer> {
  private static final int PORT_MAX = 65_535;
  private static final int NODES_MAX = 32;
  private static final int JOURNALS_MIN = 4;

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description =
          "The image of the volume; it is used itself, not copied. Default: one is made, and"
              + " removed at the end.")
  private @Nullable Path image;

  @Option(
      names = "--nodes",
      defaultValue = "3",
      description = "How many node-agents. Default: ${DEFAULT-VALUE}")
  private int nodes;

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Default: ${DEFAULT-VALUE}")
  private String listen = "";

  @Option(
      names = "--port",
      defaultValue = "7101",
      description =
          "Of the lock-manager; the journal-service has the next, the node-agents those after it. 0"
              + " takes any free ones. Default: ${DEFAULT-VALUE}")
  private int port;

  @Mixin private Output output = new Output();

  /** What is printed. */
  record Addresses(
      String volume, String image, String lockManager, String journalService, List<Node> nodes) {}

  /** A node-agent. */
  record Node(String name, String address, int jid) {}

  @Override
  public Integer call() throws IOException {
    if (nodes < 1 || nodes > NODES_MAX || port < 0 || port + nodes + 1 > PORT_MAX) {
      throw CommandFailure.wrongUsage(
          "--nodes %d --port %d: 1..%d nodes, and ports up to %d"
              .formatted(nodes, port, NODES_MAX, PORT_MAX));
    }
    Path given = image;
    Path used = given == null ? make() : given;
    Runnable cleanUp = given == null ? () -> remove(used) : () -> {};
    LocalCluster cluster;
    try {
      cluster =
          LocalCluster.start(
              ClusterSettings.of(used, nodes).withAddress(listen, port), ClusterListener.NONE);
    } catch (IOException | RuntimeException failure) {
      cleanUp.run();
      throw failure;
    }
    Runnable stop =
        () -> {
          cluster.close();
          cleanUp.run();
        };
    try {
      cluster.nodes().forEach(ClusterNode::mount);
    } catch (RuntimeException failure) {
      stop.run();
      throw failure;
    }
    Foreground foreground = Foreground.stoppedBy(stop);
    Addresses addresses = addresses(cluster, used);
    output.print(addresses, lines(addresses));
    foreground.await();
    return 0;
  }

  private Path make() throws IOException {
    Path made = Files.createTempFile("glock-up", ".img");
    NewImage.small(Math.max(JOURNALS_MIN, nodes + 1)).write(made);
    return made;
  }

  private static void remove(Path made) {
    try {
      Files.deleteIfExists(made);
      Files.deleteIfExists(VolumeStateFile.of(made));
    } catch (IOException left) {
      // A file in the temporary folder stays; nobody needs to be told.
    }
  }

  private Addresses addresses(LocalCluster cluster, Path used) {
    return new Addresses(
        cluster.volume().name(),
        used.toString(),
        listen + ":" + cluster.lockManagerPort(),
        listen + ":" + cluster.journalServicePort(),
        cluster.nodes().stream()
            .map(node -> new Node(node.name(), listen + ":" + node.port(), node.status().jid()))
            .toList());
  }

  private static List<String> lines(Addresses up) {
    List<String> lines = new ArrayList<>();
    lines.add("volume           " + up.volume() + " on " + up.image());
    lines.add("lock-manager     " + up.lockManager());
    lines.add("journal-service  " + up.journalService());
    up.nodes()
        .forEach(
            node ->
                lines.add(
                    "node-agent       "
                        + node.address()
                        + "  "
                        + node.name()
                        + ", jid "
                        + node.jid()));
    Node first = up.nodes().getFirst();
    Node last = up.nodes().getLast();
    lines.add("");
    lines.add("Try, in another terminal:");
    lines.add(
        "  grpcurl -plaintext -d '{\"lockspace\":\"%s\"}' %s glockenspiel.lock.v1.LockInspectionService/GetLockspace"
            .formatted(up.volume(), up.lockManager()));
    lines.add(
        "  grpcurl -plaintext -d '{\"volume\":\"%s\"}' %s glockenspiel.journal.v1.JournalService/ListJournals"
            .formatted(up.volume(), up.journalService()));
    lines.add(
        "  grpcurl -plaintext %s glockenspiel.node.v1.NodeAgentService/WatchEvents"
            .formatted(first.address()));
    lines.add(
        "  grpcurl -plaintext -d '{\"reason\":\"to see it\"}' %s glockenspiel.node.v1.NodeAgentService/Withdraw"
            .formatted(last.address()));
    lines.add(
        "  glock status --lock-manager %s --journal-service %s --node %s"
            .formatted(
                up.lockManager(),
                up.journalService(),
                String.join(",", up.nodes().stream().map(Node::address).toList())));
    lines.add("");
    lines.add("Ctrl-C unmounts all nodes and stops.");
    return lines;
  }
}
