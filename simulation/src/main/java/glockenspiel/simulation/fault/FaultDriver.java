package glockenspiel.simulation.fault;

import glockenspiel.journal.device.ByteRange;
import glockenspiel.journal.device.FaultPlan;
import glockenspiel.lockmanager.core.SessionInfo;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import glockenspiel.simulation.network.Path;
import glockenspiel.simulation.observation.NodeId;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import glockenspiel.simulation.process.VolumeTemplate;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Draws faults from the seed, one after the other, and takes each back after a while. */
public final class FaultDriver implements Observer {
  private static final long MILLI = 1_000_000;
  private static final long LOOK_NANOS_MAX = 8 * MILLI;
  private static final int WAVES_MAX = 5;

  private final FaultTargets targets;
  private final DeterministicOwner owner;
  private final SplittableRandom random;
  private final FaultSettings settings;
  private final Map<FaultKind, Integer> counts = new EnumMap<>(FaultKind.class);
  private final LongSupplier turns;
  private long nextTurn;
  private boolean stopped;
  private @Nullable AimedCrash aimed;

  /**
   * A driver that does nothing yet.
   *
   * @param owner of the world; outlives all processes
   * @param turns how many turns the scheduler has given
   */
  public FaultDriver(
      FaultTargets targets,
      DeterministicOwner owner,
      LongSupplier turns,
      SplittableRandom random,
      FaultSettings settings) {
    this.targets = targets;
    this.owner = owner;
    this.turns = turns;
    this.random = random;
    this.settings = settings;
  }

  /** Begins. */
  public void start() {
    targets.network().becomeUnreliable();
    targets.disk().becomeUnreliable();
    if (!settings.kinds().isEmpty()) {
      drawNext();
      look();
    }
  }

  private void drawNext() {
    nextTurn = turns.getAsLong() + random.nextLong(1, 2 * settings.meanGapTurns());
  }

  private void look() {
    if (stopped) {
      return;
    }
    if (turns.getAsLong() >= nextTurn) {
      FaultKind kind = settings.kinds().get(random.nextInt(settings.kinds().size()));
      counts.merge(kind, 1, Integer::sum);
      inject(kind);
      drawNext();
    }
    owner.after(random.nextLong(LOOK_NANOS_MAX), this::look);
  }

  @Override
  public void observe(Observation observation) {
    AimedCrash waiting = aimed;
    if (waiting != null) {
      waiting.observe(observation);
    }
  }

  /** How often each kind was injected. */
  public Map<FaultKind, Integer> counts() {
    return counts;
  }

  /** Stops, and takes everything back. */
  public void heal() {
    stopped = true;
    targets.disk().heal();
    targets.network().heal();
    targets.lockManager().owner().wake();
    targets.journalService().owner().wake();
    targets.restartLockManager();
    targets.restartJournalService();
    for (int i = 0; i < targets.nodes(); i++) {
      targets.node(i).wake();
      targets.node(i).thaw();
      targets.restartNode(i);
    }
  }

  /**
   * Takes a node away until {@link #heal}.
   *
   * @return how
   */
  public String putAway(int node) {
    boolean up = random.nextInt(3) != 0;
    boolean down = !up || random.nextBoolean();
    String ways = up && down ? "in both directions" : up ? "from it" : "to it";
    return switch (random.nextInt(4)) {
      case 0 -> {
        targets.node(node).hang();
        yield "which stands still";
      }
      case 1 -> {
        targets.network().toLockManager(node).partition(up, down);
        yield "cut off from the lock-manager " + ways;
      }
      case 2 -> {
        targets.network().toJournalService(node).partition(up, down);
        yield "cut off from the journal-service " + ways;
      }
      default -> {
        targets.network().toLockManager(node).partition(up, down);
        targets.network().toJournalService(node).partition(up, down);
        yield "cut off from both services " + ways;
      }
    };
  }

  private void inject(FaultKind kind) {
    int node = random.nextInt(targets.nodes());
    switch (kind) {
      case JOURNAL_WRITE_ERROR, WRITE_ERROR, TORN_WRITE, READ_ERROR, SYNC_ERROR, DEVICE_STALL ->
          injectAtDevice(kind);
      case WITHDRAW -> targets.node(node).withdraw("asked for");
      case WITHDRAW_STORM -> withdrawStorm(random.nextInt(1, WAVES_MAX));
      case MOUNT_CHURN -> mountChurn(random.nextInt(2, WAVES_MAX));
      case EVICT -> evict();
      case REMOUNT -> targets.remount(node);
      case FREEZE -> {
        targets.node(node).freeze();
        later(() -> targets.node(node).thaw());
      }
      case NODE_CRASH, MACHINE_CRASH -> crashNode(node, kind == FaultKind.MACHINE_CRASH);
      case NODE_HANG -> {
        targets.node(node).hang();
        later(() -> targets.node(node).wake());
      }
      case AIMED_CRASH ->
          aimed = new AimedCrash(random, about -> owner.execute(() -> strike(about)));
      case CRASH_OF_ALL -> crashAll();
      case PARTITION_LOCK_MANAGER -> cutOff(targets.network().toLockManager(node));
      case PARTITION_JOURNAL_SERVICE -> cutOff(targets.network().toJournalService(node));
      case PARTITION_BOTH -> {
        cutOff(targets.network().toLockManager(node));
        cutOff(targets.network().toJournalService(node));
      }
      case BROKEN_STREAM -> {
        targets.network().toLockManager(node).breakConnections();
        if (random.nextInt(4) == 0) {
          targets.network().toJournalService(node).breakConnections();
        }
      }
      case LOCK_MANAGER_CRASH -> crashLockManager();
      case LOCK_MANAGER_HANG -> hang(targets.lockManager().owner());
      case JOURNAL_SERVICE_CRASH -> crashJournalService();
      case JOURNAL_SERVICE_HANG -> hang(targets.journalService().owner());
    }
  }

  private void crashLockManager() {
    targets.crashLockManager();
    later(targets::restartLockManager);
  }

  private void crashJournalService() {
    targets.crashJournalService();
    later(targets::restartJournalService);
  }

  private void crashNode(int node, boolean silently) {
    targets.node(node).crash(silently);
    later(() -> targets.restartNode(node));
  }

  private void crashAll() {
    crashLockManager();
    crashJournalService();
    for (int i = 0; i < targets.nodes(); i++) {
      crashNode(i, random.nextBoolean());
    }
  }

  private void strike(@Nullable NodeId about) {
    aimed = null;
    if (stopped) {
      return;
    }
    int node = about == null ? random.nextInt(targets.nodes()) : about.index();
    switch (random.nextInt(6)) {
      case 0 -> crashLockManager();
      case 1, 2 -> crashJournalService();
      default -> crashNode(node, random.nextBoolean());
    }
  }

  private void hang(DeterministicOwner service) {
    service.hang();
    later(service::wake);
  }

  private void cutOff(Path path) {
    int direction = random.nextInt(4);
    path.partition(direction != 0, direction != 1);
    later(path::heal);
  }

  private void withdrawStorm(int waves) {
    int spared = random.nextInt(-1, targets.nodes());
    for (int i = 0; i < targets.nodes(); i++) {
      if (i != spared) {
        targets.node(i).withdraw("asked for, with others");
      }
    }
    if (waves > 1) {
      later(() -> withdrawStorm(waves - 1));
    }
  }

  private void mountChurn(int waves) {
    for (int i = 0; i < targets.nodes(); i++) {
      if (random.nextBoolean()) {
        targets.remount(i);
      }
    }
    if (waves > 1) {
      later(() -> mountChurn(waves - 1));
    }
  }

  private void injectAtDevice(FaultKind kind) {
    FaultPlan plan = targets.disk().faults();
    switch (kind) {
      case JOURNAL_WRITE_ERROR -> {
        List<ByteRange> journal =
            targets.journalService().journalRanges(random.nextInt(targets.nodes()));
        if (!journal.isEmpty()) {
          plan.failWrites(journal, random.nextInt(1, 4));
        }
      }
      case WRITE_ERROR -> plan.failWrites(List.of(), 1);
      case TORN_WRITE -> plan.tearWrites(List.of(), 1);
      case READ_ERROR -> plan.failReads(List.of(), 1);
      case SYNC_ERROR -> {
        plan.failSyncs(1);
        later(this::crashJournalService);
      }
      default -> targets.disk().stallUntil(owner.nowNanos() + drawNanos());
    }
  }

  private void evict() {
    if (targets.lockManager().owner().isStopped()) {
      return;
    }
    List<SessionInfo> sessions = targets.lockManager().core().sessions(VolumeTemplate.LOCK_TABLE);
    if (!sessions.isEmpty()) {
      long session = sessions.get(random.nextInt(sessions.size())).sessionId();
      targets.lockManager().owner().execute(() -> targets.lockManager().evict(session));
    }
  }

  private void later(Runnable piece) {
    owner.after(
        drawNanos(),
        () -> {
          if (!stopped) {
            piece.run();
          }
        });
  }

  /** A time that is short, about the lease, or long. */
  private long drawNanos() {
    long lease = settings.leaseNanos();
    return switch (random.nextInt(4)) {
      case 0 -> random.nextLong(1, 50 * MILLI);
      case 1 -> random.nextLong(lease / 2, 2 * lease);
      case 2 -> random.nextLong(2 * lease, 5 * lease);
      default -> random.nextLong(50 * MILLI, lease);
    };
  }
}
