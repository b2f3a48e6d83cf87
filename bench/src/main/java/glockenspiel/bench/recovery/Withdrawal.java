package glockenspiel.bench.recovery;

import glockenspiel.bench.measure.Benchmark;
import glockenspiel.bench.measure.Bound;
import glockenspiel.bench.measure.Median;
import glockenspiel.bench.measure.Plan;
import glockenspiel.bench.measure.Row;
import glockenspiel.bench.measure.Unit;
import glockenspiel.cli.cluster.ClusterListener;
import glockenspiel.cli.cluster.ClusterNode;
import glockenspiel.cli.cluster.ClusterSettings;
import glockenspiel.cli.cluster.LocalCluster;
import glockenspiel.cli.cluster.NewImage;
import glockenspiel.journal.core.JournalStatus;
import glockenspiel.lockmanager.core.Notice;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.node.transaction.LogSettings;
import glockenspiel.node.withdraw.WithdrawKind;
import glockenspiel.protocol.storage.JournalCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** From a node's withdraw to the gate's opening, with a journal that has much to replay. */
public final class Withdrawal implements Benchmark {
  private static final int NODES = 3;
  private static final int BLOCK = 4096;
  private static final int ACTIVE_BLOCKS = (8 << 20) / BLOCK;

  /** As many as a linear directory takes. */
  private static final int FILES_A_FLUSH = 60;

  private static final long PATIENCE_SECONDS = 60;
  private static final double TARGET_MILLIS = 150;

  /** Blocks stay on the AIL, so that the journal stays active. */
  private static final LogSettings KEEP =
      new LogSettings(64 << 20, 16 << 20, Duration.ofHours(1), Duration.ofHours(1), 512);

  @Override
  public String name() {
    return "withdraw";
  }

  /** An opening of the gate, and when it was seen. */
  private record Opened(long atNanos, long closedNanos) {}

  private static final class Gate implements ClusterListener {
    final BlockingQueue<Opened> openings = new LinkedBlockingQueue<>();

    @Override
    public void nodeEvent(int node, NodeEvent event) {}

    @Override
    public void notice(Notice notice) {
      if (notice instanceof Notice.GateOpened opened) {
        openings.add(new Opened(System.nanoTime(), opened.closedNanos()));
      }
    }

    @Override
    public void journal(JournalStatus status) {}
  }

  @Override
  public List<Row> run(Plan plan) throws IOException, InterruptedException {
    // What the journal-service remembers lies beside the image.
    Path folder = Files.createTempDirectory(plan.work(), "bench-withdraw");
    try {
      Path image = folder.resolve("volume.img");
      NewImage.usual(NODES).write(image);
      return measure(plan, image);
    } finally {
      try (Stream<Path> left = Files.list(folder)) {
        for (Path file : left.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  private static List<Row> measure(Plan plan, Path image) throws IOException, InterruptedException {
    int blocks = plan.count(ACTIVE_BLOCKS);
    Median opened = new Median();
    Median closed = new Median();
    Gate gate = new Gate();
    try (LocalCluster cluster = LocalCluster.start(settings(image), gate)) {
      cluster.nodes().forEach(ClusterNode::mount);
      // The first rounds run on cold code.
      int warmUps = plan.quick() ? 0 : 2;
      for (int round = -warmUps; round < plan.rounds(); round++) {
        ClusterNode victim = cluster.node(Math.floorMod(round, NODES));
        plan.say("withdraw of " + victim.name());
        fill(cluster, victim, round, blocks);
        gate.openings.clear();
        long begin = System.nanoTime();
        var withdrawn = victim.withdraw(WithdrawKind.OPERATOR, "a benchmark wants it");
        Opened opening = gate.openings.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (opening == null) {
          throw new IOException("the gate did not open within " + PATIENCE_SECONDS + " s");
        }
        withdrawn.join();
        if (round >= 0) {
          opened.add((opening.atNanos() - begin) / 1e6);
          closed.add(opening.closedNanos() / 1e6);
        }
        victim.mount();
      }
    }
    String settings =
        "3 nodes, lock-manager and journal-service in one process, over real sockets; journals of"
            + " 32 MiB, %,d KiB active; the node withdraws by an operator's word"
                .formatted(blocks * BLOCK / 1024);
    return List.of(
        Row.of("withdraw to gate open", opened.value(), Unit.MILLIS, settings)
            .target(Bound.below(TARGET_MILLIS)),
        Row.of("of it, gate closed", closed.value(), Unit.MILLIS, settings));
  }

  private static ClusterSettings settings(Path image) {
    return ClusterSettings.of(image, NODES).withLog(KEEP);
  }

  /**
   * Makes small files, whose metadata goes through the journal, until it is as active as wanted.
   */
  private static void fill(LocalCluster cluster, ClusterNode node, int round, int blocks) {
    int jid = node.status().jid();
    String folder = "/%d".formatted(round);
    node.call(files -> files.createDirectory(folder, 0755));
    for (int flush = 0; active(cluster.check(jid)) < blocks; flush++) {
      String subfolder = folder + "/" + flush;
      node.call(
          files -> {
            files.createDirectory(subfolder, 0755);
            for (int i = 0; i < FILES_A_FLUSH; i++) {
              files.create(subfolder + "/" + i, 0644);
              files.append(subfolder + "/" + i, ByteBuffer.wrap(new byte[64]));
            }
            files.fsync(subfolder);
            return subfolder;
          });
    }
  }

  private static long active(JournalCheck journal) {
    return Math.floorMod(journal.headBlock() - journal.tail(), journal.blocks());
  }
}
