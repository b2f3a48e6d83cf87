package glockenspiel.simulation.network;

import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import glockenspiel.simulation.observation.NodeId;
import glockenspiel.simulation.observation.Observer;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;

/** All ways between the nodes and the two services. */
public final class Network {
  private final Supplier<LockManagerEndpoint> lockManager;
  private final Supplier<VolumeEndpoint> journalService;
  private final Weather weather;
  private final Observer observer;
  private final Tampering tampering;
  private final TreeMap<Integer, Path> toLockManager = new TreeMap<>();
  private final TreeMap<Integer, Path> toJournalService = new TreeMap<>();

  /**
   * A network.
   *
   * @param lockManager the process that runs now, dead or alive
   * @param journalService the process that runs now, dead or alive
   */
  public Network(
      Supplier<LockManagerEndpoint> lockManager,
      Supplier<VolumeEndpoint> journalService,
      SplittableRandom random,
      NetworkSettings settings,
      Observer observer,
      Tampering tampering) {
    this.lockManager = lockManager;
    this.journalService = journalService;
    this.weather = new Weather(random, settings);
    this.observer = observer;
    this.tampering = tampering;
  }

  /** The way between a node and the lock-manager. */
  public Path toLockManager(int node) {
    return toLockManager.computeIfAbsent(node, any -> new Path());
  }

  /** The way between a node and the journal-service. */
  public Path toJournalService(int node) {
    return toJournalService.computeIfAbsent(node, any -> new Path());
  }

  /** The lock-manager's process has died: its connections break. */
  public void lockManagerDied() {
    toLockManager.values().forEach(Path::breakConnections);
  }

  /** The journal-service's process has died: its connections break. */
  public void journalServiceDied() {
    toJournalService.values().forEach(Path::breakConnections);
  }

  /** From now on calls are lost, as the settings say. */
  public void becomeUnreliable() {
    weather.becomeCalm(false);
  }

  /** Ends all partitions, and loses no more calls. */
  public void heal() {
    weather.becomeCalm(true);
    toLockManager.values().forEach(Path::heal);
    toJournalService.values().forEach(Path::heal);
  }

  /** The port of one life of a node. */
  public LockManagerLink lockManagerLink(NodeId node, DeterministicOwner owner) {
    Path path = toLockManager(node.index());
    return new LockManagerLink(node, owner, path, lockManager, weather, observer, tampering);
  }

  /** The port of one life of a node. */
  public StorageLink storageLink(NodeId node, DeterministicOwner owner) {
    Path path = toJournalService(node.index());
    return new StorageLink(node, owner, path, journalService, weather, observer, tampering);
  }
}
