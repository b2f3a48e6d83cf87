package glockenspiel.cli.demo;

import glockenspiel.cli.cluster.ClusterNode;
import glockenspiel.cli.cluster.ImageVerdict;
import glockenspiel.cli.cluster.NewImage;
import glockenspiel.cli.demo.DemoReport.LateReplayReport;
import glockenspiel.cli.demo.late.LateReplay;
import glockenspiel.cli.output.CommandFailure;
import glockenspiel.journal.device.ImageInUseException;
import glockenspiel.journal.device.VolumeStateFile;
import glockenspiel.lockmanager.core.Notice;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.protocol.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The whole demonstration: images, run, verdict, and what is left behind. */
final class Demo {
  private static final String IMAGE = "glock-demo.img";
  private static final String LATE_IMAGE = "glock-demo-late.img";
  private static final int PROBLEMS_SHOWN = 5;

  private final DemoSettings settings;
  private final Story story;

  Demo(DemoSettings settings, Story story) {
    this.settings = settings;
    this.story = story;
  }

  /** Runs it, and tells it. */
  DemoReport run() throws IOException, InterruptedException {
    Path given = settings.work();
    Path work = workFolder(given);
    boolean keep = true;
    try {
      DemoReport report = run(work);
      keep = !report.isOk();
      return report;
    } catch (CommandFailure | StorageException | ImageInUseException refused) {
      // Nothing has happened that somebody would want to look into.
      keep = false;
      throw refused;
    } finally {
      if (keep || given != null) {
        story.say("images are kept in " + work);
      } else {
        remove(work.resolve(IMAGE));
        remove(work.resolve(LATE_IMAGE));
        Files.deleteIfExists(work);
      }
    }
  }

  private static Path workFolder(@Nullable Path given) throws IOException {
    if (given == null) {
      return Files.createTempDirectory("glock-demo");
    }
    try {
      return Files.createDirectories(given);
    } catch (IOException impossible) {
      throw CommandFailure.wrongUsage(
          "--work " + given + ": cannot be made a folder; choose another place");
    }
  }

  private static void remove(Path image) throws IOException {
    Files.deleteIfExists(image);
    Files.deleteIfExists(VolumeStateFile.of(image));
  }

  private DemoReport run(Path work) throws IOException, InterruptedException {
    LateReplayReport late = null;
    DemoSettings real = settings;
    if (settings.fault() == FaultKind.LATE_REPLAY) {
      late = lateReplay(work);
      real = settings.withFault(FaultKind.JOURNAL_IO);
      story.say("");
      story.head("The same fault with the real protocol: nothing is released before the replay");
    } else {
      story.head(
          "glock demo: %d nodes, fault %s, seed %d"
              .formatted(settings.nodes(), settings.fault(), settings.seed()));
    }
    Path image = image(work, IMAGE);
    RunFacts facts = new DemoRun(real, image, story).run();
    DemoReport report = report(facts, late);
    new Verdict(story).tell(report);
    return report;
  }

  private Path image(Path work, String name) throws IOException {
    Path image = work.resolve(name);
    remove(image);
    Path given = settings.image();
    if (given != null) {
      ImageCopy.make(given, image, settings.journalsMin());
      story.say("image: a copy of " + given);
      return image;
    }
    NewImage shape =
        settings.pace().smallImage()
            ? NewImage.small(settings.journals())
            : NewImage.usual(settings.journals());
    long start = System.nanoTime();
    shape.write(image);
    story.say(
        String.format(
            Locale.ROOT,
            "image: made, %d MiB, %d journals of %d MiB, in %d ms",
            shape.bytes() >> 20,
            settings.journals(),
            shape.journalBytes() >> 20,
            (System.nanoTime() - start) / 1_000_000));
    return image;
  }

  /** The old way, on a copy of its own. */
  private LateReplayReport lateReplay(Path work) throws IOException, InterruptedException {
    story.head(
        "The old way, on a copy: locks are released at the withdraw, the journal is replayed"
            + " later");
    Path image = image(work, LATE_IMAGE);
    LateReplay.run(image, settings.seed(), story::say);
    ImageVerdict verdict = ImageVerdict.of(image);
    boolean broken = verdict.problemsFound() > 0 && !verdict.isFsckClean();
    story.say("glock image check: " + verdict.problemsFound() + " problems");
    verdict.problems().stream()
        .limit(PROBLEMS_SHOWN)
        .forEach(problem -> story.verdict(false, "  " + problem));
    story.say("fsck.gfs2 -n: " + (verdict.isFsckUnhappy() ? "" : verdict.fsck()));
    if (verdict.isFsckUnhappy()) {
      verdict
          .fsck()
          .lines()
          .flatMap(text -> java.util.Arrays.stream(text.split("; ", -1)))
          .limit(PROBLEMS_SHOWN)
          .forEach(line -> story.verdict(false, "  " + line));
    }
    story.verdict(
        broken,
        broken
            ? "the old way has corrupted the file system, as it was to be shown"
            : "the old way did no damage that was found; it should have");
    return new LateReplayReport(broken, verdict.imageCheck(), verdict.fsck());
  }

  private DemoReport report(RunFacts facts, @Nullable LateReplayReport late) {
    Observations seen = facts.seen();
    List<RuleResult> rules = Rules.judge(facts);
    List<String> problems = new ArrayList<>(facts.workload().errors());
    if (!facts.stoppedInTime()) {
      problems.add("the cluster did not get over the fault in time");
    }
    boolean ok =
        rules.stream().allMatch(RuleResult::held)
            && problems.isEmpty()
            && (late == null || late.broken());
    List<NodeEvent.Withdrawn> withdrawn =
        List.copyOf(seen.first(NodeEvent.Withdrawn.class, facts.faultNanos()).values());
    boolean crashed = settings.fault() == FaultKind.CRASH;
    return new DemoReport(
        ok ? "OK" : "BROKEN",
        facts.volume(),
        settings.seed(),
        settings.fault().toString(),
        names(seen.first(NodeEvent.Withdrawn.class, facts.faultNanos()).keySet()),
        crashed ? names(facts.failed()) : List.of(),
        replays(facts),
        GateTimes.closedMillis(facts),
        withdrawn.stream().mapToLong(NodeEvent.Withdrawn::millis).max().orElse(0),
        GateTimes.withdrawToOpenMillis(facts),
        withdrawn.stream().mapToLong(NodeEvent.Withdrawn::secondaryWithdraws).sum(),
        seen.first(NodeEvent.HeldBackReleased.class, facts.faultNanos()).values().stream()
            .mapToLong(NodeEvent.HeldBackReleased::count)
            .sum(),
        facts.image().fsck(),
        facts.image().imageCheck(),
        facts.workload().operations().ended(),
        PeakMemory.bytes(),
        late,
        problems,
        rules);
  }

  private static List<String> names(java.util.Collection<Integer> nodes) {
    return nodes.stream().sorted().map(ClusterNode::nameOf).toList();
  }

  private static List<DemoReport.Replay> replays(RunFacts facts) {
    return facts.seen().events(NodeEvent.ReplayDone.class, facts.faultNanos()).stream()
        .filter(seen -> seen.nanos() - facts.endNanos() < 0)
        .filter(seen -> ((NodeEvent.ReplayDone) seen.event()).result().replayed())
        .map(
            seen -> {
              var result = ((NodeEvent.ReplayDone) seen.event()).result();
              return new DemoReport.Replay(
                  result.jid(),
                  ClusterNode.nameOf(seen.node()),
                  result.blocksFound(),
                  result.blocksReplayed(),
                  result.revokesFound(),
                  result.millis());
            })
        .toList();
  }

  /** How long the gate was closed for journals, and since when. */
  private static final class GateTimes {
    private GateTimes() {}

    private static List<Observations.Seen.OfLockManager> openings(RunFacts facts) {
      List<Observations.Seen.OfLockManager> openings = new ArrayList<>();
      boolean forJournal = false;
      for (Observations.Seen each : facts.seen().since(facts.faultNanos())) {
        if (each.nanos() - facts.endNanos() < 0
            && each instanceof Observations.Seen.OfLockManager of) {
          if (of.notice() instanceof Notice.GateClosed closed) {
            forJournal |= !closed.gate().pendingJids().isEmpty();
          } else if (of.notice() instanceof Notice.GateOpened) {
            if (forJournal) {
              openings.add(of);
            }
            forJournal = false;
          }
        }
      }
      return openings;
    }

    static long closedMillis(RunFacts facts) {
      return openings(facts).stream()
          .mapToLong(of -> ((Notice.GateOpened) of.notice()).closedNanos())
          .map(nanos -> Math.round(nanos / 1e6))
          .max()
          .orElse(0);
    }

    static long withdrawToOpenMillis(RunFacts facts) {
      var begun = facts.seen().events(NodeEvent.WithdrawStarted.class, facts.faultNanos());
      var opened = openings(facts);
      return begun.isEmpty() || opened.isEmpty()
          ? 0
          : Math.max(0, Math.round((opened.getLast().nanos() - begun.getFirst().nanos()) / 1e6));
    }
  }
}
