package glockenspiel.simulation;

import glockenspiel.lockmanager.core.Effect;
import glockenspiel.lockmanager.core.LockLimits;
import glockenspiel.lockmanager.core.LockManagerConfig;
import glockenspiel.lockmanager.core.Notice;
import glockenspiel.lockmanager.core.SessionInfo;
import glockenspiel.node.core.NodeSettings;
import glockenspiel.node.filesystem.FileSystemSettings;
import glockenspiel.node.glock.SessionSettings;
import glockenspiel.node.recovery.RecoverySettings;
import glockenspiel.node.withdraw.WithdrawSettings;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import glockenspiel.runtime.task.deterministic.DeterministicScheduler;
import glockenspiel.simulation.checker.Checkers;
import glockenspiel.simulation.fault.FaultTargets;
import glockenspiel.simulation.network.Network;
import glockenspiel.simulation.observation.NodeId;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import glockenspiel.simulation.process.JournalServiceProcess;
import glockenspiel.simulation.process.LockManagerProcess;
import glockenspiel.simulation.process.NodeKeeper;
import glockenspiel.simulation.process.NodeProcess;
import glockenspiel.simulation.process.SharedDisk;
import glockenspiel.simulation.process.VolumeTemplate;
import glockenspiel.simulation.workload.Histories;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One simulated cluster: the processes, the ways between them, and those who look on. */
final class World implements FaultTargets, Observer, AutoCloseable {
  /** How many violations are kept; the first ones explain the others. */
  static final int VIOLATIONS_KEPT = 20;

  private static final long MILLI = 1_000_000;

  private final long seed;
  private final SimulationSettings settings;
  private final DeterministicScheduler scheduler;
  private final SplittableRandom random;
  private final DeterministicOwner owner;
  private final WorldShape shape;
  private final Network network;
  private final SharedDisk disk;
  private final MountEnds mountEnds;
  private final Checkers checkers;
  private final WorldWorkers workers;
  private final Trace trace;
  private final List<NodeKeeper> keepers = new ArrayList<>();
  private final List<Violation> violations = new ArrayList<>();
  private LockManagerProcess lockManager;
  private JournalServiceProcess journalService;
  private Observer witness = observation -> {};
  private long incarnation;

  /** The cluster of a seed; its nodes are not mounted yet. */
  World(long seed, SimulationSettings settings, @Nullable TraceListener listener) {
    this.seed = seed;
    this.settings = settings;
    this.scheduler = DeterministicScheduler.seeded(seed);
    this.random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + 1);
    this.owner = scheduler.owner("world");
    this.shape = WorldShape.draw(settings, random);
    this.trace = new Trace(scheduler, listener);
    this.disk =
        new SharedDisk(
            shape.volume().newDisk(), random.split(), shape.device(), this, settings.tampering());
    this.checkers =
        new Checkers(this::violated, disk.disk(), this::mayUseLocks, scheduler::nowNanos);
    Histories histories = new Histories(this::violated);
    this.mountEnds = new MountEnds(histories);
    this.network =
        new Network(
            () -> lockManager(),
            () -> journalService(),
            random.split(),
            shape.network(),
            this,
            settings.tampering());
    this.workers = new WorldWorkers(this::violated, histories, shape.work(), random.split());
    this.lockManager = newLockManager();
    this.journalService = newJournalService();
    for (int i = 0; i < shape.nodes(); i++) {
      int index = i;
      keepers.add(new NodeKeeper(index, life -> newNode(index, life), workers, random.split()));
    }
  }

  private LockManagerProcess newLockManager() {
    long number = ++incarnation;
    return new LockManagerProcess(
        shape.lockManagerClock().of(scheduler.owner("lock-manager." + number)),
        new LockManagerConfig(
            number,
            shape.leaseMillis(),
            number << 40,
            number == 1 ? 0 : shape.leaseMillis(),
            LockLimits.DEFAULT),
        this);
  }

  private JournalServiceProcess newJournalService() {
    return new JournalServiceProcess(scheduler.owner("journal-service"), disk, this);
  }

  private NodeProcess newNode(int index, int life) {
    NodeId id = new NodeId(index, life);
    return new NodeProcess(
        id,
        scheduler,
        network,
        shape.clocks().get(index),
        NodeSettings.of(VolumeTemplate.LOCK_TABLE, id.nodeName())
            .withSession(
                new SessionSettings(
                    5_000 * MILLI, 300 * MILLI, 5 * MILLI, 200 * MILLI, 2 * MILLI, 256, 100))
            .withRecovery(new RecoverySettings(5 * MILLI, 300 * MILLI))
            .withWithdraw(new WithdrawSettings(200 * MILLI, 200 * MILLI, 2_000 * MILLI)),
        new FileSystemSettings(shape.log(), () -> Instant.ofEpochSecond(0, scheduler.nowNanos())),
        this);
  }

  @Override
  public void observe(Observation observation) {
    trace.observe(observation);
    mountEnds.observe(observation);
    switch (observation) {
      case Observation.Joined(NodeId node, var welcome) -> {
        NodeProcess process = life(node);
        if (process != null) {
          process.joined();
        }
      }
      case Observation.LockManagerStepped(var event, List<Effect> effects) ->
          effects.forEach(this::noticeLoss);
      case Observation.CallArrived(var call) -> journalService.called(call);
      case Observation.CallAnswered(var call, var result, var failure) ->
          journalService.answered(call, failure);
      case Observation.ContractBroken(NodeId node, String what) -> violated(0, what);
      default -> {}
    }
    checkers.observe(observation);
    witness.observe(observation);
  }

  /** From now on somebody else sees, too, what happens. */
  void tell(Observer another) {
    witness = another;
  }

  private void noticeLoss(Effect effect) {
    if (effect instanceof Effect.Notify(var lockspace, Notice.SessionLost lost)) {
      for (NodeKeeper keeper : keepers) {
        if (keeper.process().id().nodeName().equals(lost.nodeName())) {
          keeper.process().sessionLostAtLockManager();
          mountEnds.ended(keeper.process().id());
        }
      }
    }
    if (effect instanceof Effect.Notify(var lockspace, Notice.GraceEnded ended)) {
      noticeAbsence(lockspace);
    }
  }

  /** Who has not come back to a restarted lock-manager is given up, and no notice names it. */
  private void noticeAbsence(String lockspace) {
    List<String> members =
        lockManager.core().sessions(lockspace).stream().map(SessionInfo::nodeName).toList();
    for (NodeKeeper keeper : keepers) {
      if (!members.contains(keeper.process().id().nodeName())) {
        keeper.process().sessionLostAtLockManager();
        mountEnds.ended(keeper.process().id());
      }
    }
  }

  private @Nullable NodeProcess life(NodeId node) {
    if (node.index() >= keepers.size()) {
      return null;
    }
    NodeProcess process = keepers.get(node.index()).process();
    return process.id().equals(node) ? process : null;
  }

  private boolean mayUseLocks(NodeId node) {
    NodeProcess process = life(node);
    return process != null && process.mayUseLocks();
  }

  /** Takes a violation down. */
  void violated(int rule, String what) {
    if (violations.size() < VIOLATIONS_KEPT) {
      Violation violation = new Violation(seed, rule, scheduler.nowNanos(), what);
      violations.add(violation);
      trace.violated(violation);
    }
  }

  List<Violation> violations() {
    return violations;
  }

  DeterministicScheduler scheduler() {
    return scheduler;
  }

  DeterministicOwner owner() {
    return owner;
  }

  SplittableRandom random() {
    return random;
  }

  SimulationSettings settings() {
    return settings;
  }

  WorldShape shape() {
    return shape;
  }

  WorldWorkers workers() {
    return workers;
  }

  Trace trace() {
    return trace;
  }

  List<NodeKeeper> keepers() {
    return keepers;
  }

  /** Lets all keepers look. */
  void look() {
    if (!journalService.owner().isStopped() && journalService.hasFailed()) {
      crashJournalService();
      restartJournalService();
    }
    for (NodeKeeper keeper : keepers) {
      keeper.look(scheduler.nowNanos());
    }
  }

  @Override
  public int nodes() {
    return keepers.size();
  }

  @Override
  public NodeProcess node(int index) {
    return keepers.get(index).process();
  }

  @Override
  public void remount(int index) {
    keepers.get(index).remount();
  }

  @Override
  public void restartNode(int index) {
    keepers.get(index).restart();
  }

  @Override
  public Network network() {
    return network;
  }

  @Override
  public SharedDisk disk() {
    return disk;
  }

  @Override
  public LockManagerProcess lockManager() {
    return lockManager;
  }

  @Override
  public JournalServiceProcess journalService() {
    return journalService;
  }

  @Override
  public void crashLockManager() {
    if (!lockManager.owner().isStopped()) {
      observe(new Observation.LockManagerCrashed());
      lockManager.owner().stop();
      network.lockManagerDied();
    }
  }

  @Override
  public void restartLockManager() {
    if (lockManager.owner().isStopped()) {
      lockManager = newLockManager();
    }
  }

  @Override
  public void crashJournalService() {
    if (!journalService.owner().isStopped()) {
      journalService.crash();
      network.journalServiceDied();
    }
  }

  @Override
  public void restartJournalService() {
    if (journalService.owner().isStopped()) {
      journalService = newJournalService();
    }
  }

  @Override
  public void close() {
    scheduler.close();
  }
}
