package glockenspiel.simulation;

import glockenspiel.journal.device.MemoryDisk;
import glockenspiel.node.filesystem.FileSystem;
import glockenspiel.runtime.task.Promise;
import glockenspiel.simulation.checker.ImageAtRest;
import glockenspiel.simulation.fault.FaultDriver;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.process.NodeKeeper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs one world from its seed to its end. */
public final class Simulation {
  private static final long SECOND = 1_000_000_000L;

  /** Rule 12: within this much simulated time after the last fault everything is served. */
  static final long PROGRESS_NANOS = 60 * SECOND;

  /** So many turns without time going on are a loop without end. */
  private static final long TURNS_AT_ONE_TIME_MAX = 100_000;

  private static final long LOOK_NANOS = 20_000_000;
  private static final long OPERATIONS_AFTER_HEALING = 2;

  private final World world;
  private final Consumer<MemoryDisk> atRest;
  private final FaultDriver faults;
  private long newestTime = -1;
  private long turnsAtNewestTime;
  private long progressNanos = -1;

  private Simulation(World world, Consumer<MemoryDisk> atRest) {
    this.world = world;
    this.atRest = atRest;
    this.faults =
        new FaultDriver(
            world,
            world.owner(),
            () -> world.scheduler().turns(),
            world.random().split(),
            world.shape().faults());
    world.tell(faults);
  }

  /** Runs the world of a seed. The same seed and settings give the same result on every machine. */
  public static SimulationResult run(long seed, SimulationSettings settings) {
    return run(seed, settings, null);
  }

  /**
   * The same, with somebody who looks on.
   *
   * @param listener sees all that happens; null for nobody
   */
  public static SimulationResult run(
      long seed, SimulationSettings settings, @Nullable TraceListener listener) {
    return run(seed, settings, listener, disk -> {});
  }

  /**
   * The same.
   *
   * @param atRest is shown the disk whenever nobody uses the volume
   */
  public static SimulationResult run(
      long seed,
      SimulationSettings settings,
      @Nullable TraceListener listener,
      Consumer<MemoryDisk> atRest) {
    try (World world = new World(seed, settings, listener)) {
      Simulation simulation = new Simulation(world, atRest);
      try {
        simulation.run();
      } catch (RuntimeException | Error thrown) {
        world.violated(0, "the world has ended with " + thrown);
      }
      return simulation.result(seed);
    }
  }

  /**
   * The disk of a seed's world whose machines all lose power when its steps are done: files,
   * directories, and journals that wait for replay.
   */
  public static MemoryDisk crashedDisk(long seed, SimulationSettings settings) {
    try (World world = new World(seed, settings, null)) {
      Simulation simulation = new Simulation(world, disk -> {});
      simulation.lookAgain();
      if (!simulation.prepare()) {
        throw new IllegalStateException("seed " + seed + ": " + world.violations());
      }
      world.workers().begin();
      long end = world.scheduler().turns() + settings.steps();
      var _ = world.scheduler().runUntil(() -> world.scheduler().turns() >= end, Long.MAX_VALUE);
      world.crashJournalService();
      MemoryDisk disk = world.disk().disk();
      return disk.copy(disk.size());
    }
  }

  private SimulationResult result(long seed) {
    Map<String, Integer> counts = new TreeMap<>();
    faults.counts().forEach((kind, count) -> counts.put(kind.name(), count));
    return new SimulationResult(
        seed,
        world.scheduler().turns(),
        world.trace().hash(),
        world.scheduler().nowNanos(),
        progressNanos,
        counts,
        world.workers().operations(),
        world.violations());
  }

  private void run() {
    lookAgain();
    if (!prepare()) {
      return;
    }
    world.workers().begin();
    faults.start();
    long end = world.scheduler().turns() + world.settings().steps();
    var _ =
        world
            .scheduler()
            .runUntil(() -> isStuck() || world.scheduler().turns() >= end, Long.MAX_VALUE);
    faults.heal();
    world.observe(new Observation.Healed());
    if (demandProgress() && goOnWithoutOne() && retireAll()) {
      world.observe(new Observation.Ended());
      var _ = checkAtRest(false) && verifyContent() && checkAtRest(true);
    }
  }

  /**
   * Nobody uses the volume, and its machine loses power: what is on the disk must be whole. When
   * the last nodes have withdrawn there may be a journal that nobody was left to replay; then the
   * next mount does it, and there is nothing to be looked at before.
   */
  private boolean checkAtRest(boolean allHaveLeftInOrder) {
    // A node may leave without having waited for all that it had asked for.
    if (!within("end of the last call", () -> world.journalService().isIdle())) {
      return false;
    }
    boolean closed = world.disk().isEveryJournalClosed();
    world.crashJournalService();
    if (closed || allHaveLeftInOrder) {
      new ImageAtRest(world::violated, world.disk().disk()).check(world.nodes());
      atRest.accept(world.disk().disk());
    }
    world.restartJournalService();
    return true;
  }

  /** Mounts once more, and reads all files. */
  private boolean verifyContent() {
    world.workers().end();
    NodeKeeper reader = world.keepers().getFirst();
    reader.employ();
    if (!within("mount for the last look", reader::isSettled)) {
      return false;
    }
    boolean read =
        onNode(
            reader, "reading all files", files -> world.workers().verify(reader.process(), files));
    reader.retire();
    return within("last unmount", reader::isSettled) && read;
  }

  private boolean onNode(NodeKeeper keeper, String what, Consumer<FileSystem> work) {
    FileSystem files = Objects.requireNonNull(keeper.process().fileSystem());
    Promise<Boolean> done =
        keeper
            .process()
            .owner()
            .start(
                what,
                () -> {
                  work.accept(files);
                  return true;
                });
    if (!within(what, done::isDone)) {
      return false;
    }
    if (done.isFailed()) {
      done.whenDone((value, failure) -> world.violated(9, what + ": " + failure));
    }
    return !done.isFailed();
  }

  private void lookAgain() {
    world.look();
    world.owner().after(LOOK_NANOS, this::lookAgain);
  }

  private boolean prepare() {
    NodeKeeper first = world.keepers().getFirst();
    if (!within("mount of the first node", first::isSettled)) {
      return false;
    }
    return onNode(first, "making the directories", files -> world.workers().prepare(files))
        && within("first mounts", () -> world.keepers().stream().allMatch(NodeKeeper::isSettled));
  }

  private boolean demandProgress() {
    long healedNanos = world.scheduler().nowNanos();
    if (!within(
        "mounts after the faults",
        () -> world.keepers().stream().allMatch(NodeKeeper::isSettled))) {
      return false;
    }
    boolean worked = everyoneWorks("operations on every node", world.keepers());
    if (worked) {
      progressNanos = Math.max(progressNanos, world.scheduler().nowNanos() - healedNanos);
    }
    return worked;
  }

  private boolean everyoneWorks(String what, List<NodeKeeper> keepers) {
    WorldWorkers workers = world.workers();
    workers.mark();
    return within(
        what,
        () ->
            keepers.stream()
                .allMatch(each -> workers.idle(each.index(), OPERATIONS_AFTER_HEALING).isEmpty()),
        () ->
            keepers.stream()
                .map(each -> workers.idle(each.index(), OPERATIONS_AFTER_HEALING))
                .toList()
                .toString());
  }

  /**
   * One node stands still or is cut off, and nobody heals it: the others must go on without it.
   * Then it is healed, and must work again.
   */
  private boolean goOnWithoutOne() {
    List<NodeKeeper> others = new ArrayList<>(world.keepers());
    if (others.size() < 2) {
      return true;
    }
    NodeKeeper away = others.remove(world.random().nextInt(others.size()));
    String how = faults.putAway(away.index());
    boolean worked = everyoneWorks("operations without node " + away.index() + ", " + how, others);
    faults.heal();
    return worked && demandProgress();
  }

  private boolean retireAll() {
    world.keepers().forEach(NodeKeeper::retire);
    return within("unmounts", () -> world.keepers().stream().allMatch(NodeKeeper::isSettled));
  }

  /** Whether something goes round and round without waiting for anything. */
  private boolean isStuck() {
    long now = world.scheduler().nowNanos();
    if (now != newestTime) {
      newestTime = now;
      turnsAtNewestTime = world.scheduler().turns();
    }
    return world.scheduler().turns() - turnsAtNewestTime > TURNS_AT_ONE_TIME_MAX;
  }

  private boolean within(String what, BooleanSupplier condition) {
    return within(what, condition, () -> "");
  }

  private boolean within(String what, BooleanSupplier condition, Supplier<String> missing) {
    var _ = world.scheduler().runUntil(() -> isStuck() || condition.getAsBoolean(), PROGRESS_NANOS);
    if (condition.getAsBoolean()) {
      return true;
    }
    StringBuilder waiting = new StringBuilder(" ").append(missing.get());
    for (NodeKeeper keeper : world.keepers()) {
      waiting.append("; ").append(keeper.describe());
    }
    world.violated(12, what + " not within " + PROGRESS_NANOS / SECOND + " s" + waiting);
    return false;
  }
}
