package glockenspiel.cli.soak;

import glockenspiel.cli.cluster.FileAccess;
import glockenspiel.cli.cluster.ImageVerdict;
import glockenspiel.cli.cluster.NewImage;
import glockenspiel.cli.cluster.VolumeFiles;
import glockenspiel.cli.process.ProcessCluster;
import glockenspiel.cli.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Rounds until the time is over. In each, clients work through all nodes, something is disturbed,
 * the others must go on, the disturbed must come back, and then all that was acknowledged is read
 * back through other nodes. At the end the image is checked.
 */
final class Soak {
  private static final List<Disturbance> KINDS = List.of(Disturbance.values());
  private static final int CLIENTS_PER_NODE = 2;
  private static final int OPERATIONS_BEFORE = 60;
  private static final int OPERATIONS_MEANWHILE = 40;

  /** For what does not wait for a lease: a machine that is busy with other things, too. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final SoakSettings settings;
  private final Consumer<String> story;
  private final SplittableRandom random;
  private final Map<String, Integer> disturbances = new TreeMap<>();
  private final List<String> violations = new ArrayList<>();
  private int rounds;
  private long operations;
  private long sectors;
  private long durable;

  /**
   * A soak that has not begun.
   *
   * @param story takes a line for each round
   */
  Soak(SoakSettings settings, Consumer<String> story) {
    this.settings = settings;
    this.story = story;
    this.random = new SplittableRandom(settings.seed());
  }

  /** Runs it to its end, or to the first violation. */
  SoakReport run() throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Path image = settings.folder().resolve("glock-soak.img");
    NewImage.small(settings.nodes()).write(image);
    try (SoakCluster cluster =
        new SoakCluster(
            new ProcessCluster(settings.folder(), image, NewImage.VOLUME, settings.leaseMillis()),
            settings.nodes(),
            settings.leaseMillis())) {
      long ready = System.nanoTime();
      while (violations.isEmpty() && System.nanoTime() - ready < settings.nanos()) {
        round(cluster);
      }
      if (violations.isEmpty()) {
        cluster.endInOrder();
      }
    }
    ImageVerdict verdict = ImageVerdict.of(image);
    boolean ok = violations.isEmpty() && verdict.isClean();
    return new SoakReport(
        ok ? "OK" : "BROKEN",
        settings.seed(),
        rounds,
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin),
        disturbances,
        operations,
        sectors,
        durable,
        List.copyOf(violations),
        verdict.imageCheck(),
        verdict.fsck());
  }

  private void round(SoakCluster cluster) throws IOException, InterruptedException {
    rounds++;
    Disturbance disturbance = KINDS.get(random.nextInt(KINDS.size()));
    Set<Integer> victims = victims(disturbance, cluster.count());
    disturbances.merge(disturbance.toString(), 1, Integer::sum);
    long begin = System.nanoTime();
    Workload workload = Workload.start(cluster.files(), CLIENTS_PER_NODE, random.nextLong());
    workload.awaitOperations(OPERATIONS_BEFORE, PATIENCE_NANOS);
    workload.sync(victims, PATIENCE_NANOS);
    victims.forEach(workload::failing);

    AtomicBoolean allMayFail = new AtomicBoolean(victims.size() == cluster.count());
    cluster.disturb(
        disturbance,
        victims,
        () -> {
          allMayFail.set(true);
          cluster.filesByIndex().keySet().forEach(workload::failing);
        });
    if (!allMayFail.get()) {
      othersGoOn(workload, allMayFail, disturbance + " " + victims);
    }
    long othersWentOn = System.nanoTime();
    cluster.heal();
    boolean stopped = workload.stop(leaseNanos() + PATIENCE_NANOS);
    violate(stopped ? List.of() : List.of("rule 12: a client has not come back"));
    violate(
        cluster.awaitMounted(3 * leaseNanos() + PATIENCE_NANOS).stream()
            .map(node -> "rule 12: after " + disturbance + " " + victims + " " + node)
            .toList());
    violate(workload.errors());
    violate(workload.sharedViolations());
    if (violations.isEmpty()) {
      Workload.Findings findings = workload.verify(cluster.filesByIndex(), PATIENCE_NANOS);
      violate(findings.violations());
      sectors += findings.sectors();
      durable += findings.durable();
      remove(cluster.files().getFirst(), workload.directory());
    }
    operations += workload.operations().done().size();
    story.accept(
        "round %d: %s%s, %d operations, back after %.1f s%s"
            .formatted(
                rounds,
                disturbance,
                victims.isEmpty() ? "" : " of " + victims,
                workload.operations().done().size(),
                (othersWentOn - begin) / 1e9,
                violations.isEmpty() ? "" : ": " + violations));
  }

  private long leaseNanos() {
    return TimeUnit.MILLISECONDS.toNanos(settings.leaseMillis());
  }

  private void violate(List<String> found) {
    violations.addAll(found);
  }

  /** Rule 12: who is not disturbed goes on, once a lease has ended and a journal is replayed. */
  private void othersGoOn(Workload workload, AtomicBoolean allMayFail, String disturbed)
      throws InterruptedException {
    long goal = workload.operations().ended() + OPERATIONS_MEANWHILE;
    // What is under way at the disturbed nodes may end, too: not all of these are the others'.
    workload.awaitOperations(goal, 2 * leaseNanos() + PATIENCE_NANOS);
    if (workload.operations().ended() < goal && !allMayFail.get()) {
      violations.add("rule 12: nobody goes on after " + disturbed);
    }
  }

  private Set<Integer> victims(Disturbance disturbance, int nodes) {
    Set<Integer> victims = new TreeSet<>();
    switch (disturbance.reach()) {
      case NOBODY -> {}
      case SOME -> {
        int count = 1 + random.nextInt(nodes - 1);
        while (victims.size() < count) {
          victims.add(random.nextInt(nodes));
        }
      }
      case ALL -> {
        for (int node = 0; node < nodes; node++) {
          victims.add(node);
        }
      }
    }
    return victims;
  }

  /** Makes room for the next round. */
  private static void remove(FileAccess files, String directory) {
    String _ =
        files.files(
            fs -> {
              removeAll(fs, directory);
              fs.sync();
              return directory;
            });
  }

  private static void removeAll(VolumeFiles fs, String directory) {
    List<String> directories = fs.directories(directory);
    for (String name : fs.names(directory)) {
      String path = directory + "/" + name;
      if (directories.contains(name)) {
        removeAll(fs, path);
      } else {
        fs.unlink(path);
      }
    }
    fs.removeDirectory(directory);
  }
}
