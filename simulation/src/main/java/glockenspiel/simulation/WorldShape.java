package glockenspiel.simulation;

import glockenspiel.node.transaction.LogSettings;
import glockenspiel.simulation.fault.FaultKind;
import glockenspiel.simulation.fault.FaultSettings;
import glockenspiel.simulation.network.NetworkSettings;
import glockenspiel.simulation.process.DeviceSettings;
import glockenspiel.simulation.process.MachineClock;
import glockenspiel.simulation.process.VolumeTemplate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * What a seed draws before its world begins.
 *
 * @param leaseMillis of all sessions
 * @param volume what is on the disk at first; it has a journal for each node
 * @param log of each node
 * @param clocks of the nodes' machines, by node
 * @param lockManagerClock of the lock-manager's machine
 * @param network while nobody breaks it on purpose
 * @param device how slow it is
 * @param faults which, how often
 * @param work what nodes are used for
 */
record WorldShape(
    long leaseMillis,
    VolumeTemplate volume,
    LogSettings log,
    List<MachineClock> clocks,
    MachineClock lockManagerClock,
    NetworkSettings network,
    DeviceSettings device,
    FaultSettings faults,
    WorkMix work) {
  private static final int[] BLOCK_SIZES = {512, 1024, 1024, 2048, 4096};
  private static final long MILLI = 1_000_000;

  /** A kind of fault is drawn up to so many times as often as another, or never. */
  private static final int FAULT_WEIGHT_MAX = 3;

  /** Draws all of it. */
  static WorldShape draw(SimulationSettings settings, SplittableRandom random) {
    long leaseMillis = random.nextLong(200, 800);
    int nodes = random.nextInt(settings.nodesMin(), settings.nodesMax() + 1);
    VolumeTemplate volume =
        new VolumeTemplate(
            BLOCK_SIZES[random.nextInt(BLOCK_SIZES.length)], nodes, 64 << random.nextInt(3));
    return new WorldShape(
        leaseMillis,
        volume,
        drawLog(volume.blockSize(), random),
        Stream.generate(() -> MachineClock.draw(random)).limit(nodes).toList(),
        MachineClock.draw(random),
        drawNetwork(settings, random),
        drawDevice(random),
        new FaultSettings(
            drawFaults(settings.faults(), random),
            random.nextLong(300, 4_000),
            leaseMillis * MILLI),
        WorkMix.draw(random));
  }

  private static LogSettings drawLog(int blockSize, SplittableRandom random) {
    return new LogSettings(
        (64L * blockSize) << random.nextInt(6),
        (32L * blockSize) << random.nextInt(4),
        Duration.ofMillis(random.nextLong(5, 400)),
        Duration.ofMillis(random.nextLong(1, 400)),
        random.nextInt(1, 64));
  }

  private static NetworkSettings drawNetwork(SimulationSettings settings, SplittableRandom random) {
    long latencyNanos = 100_000L << random.nextInt(5);
    return new NetworkSettings(
        latencyNanos / 10,
        latencyNanos,
        random.nextInt(20),
        random.nextInt(2 * settings.lostCallsPerMillion() + 1),
        settings.doubledCallsPerMillion(),
        NetworkSettings.DEFAULT.callTimeoutNanos(),
        NetworkSettings.DEFAULT.keepaliveNanos());
  }

  private static DeviceSettings drawDevice(SplittableRandom random) {
    int slower = random.nextInt(4);
    DeviceSettings usual = DeviceSettings.DEFAULT;
    return new DeviceSettings(
        usual.readNanos() << slower, usual.writeNanos() << slower, usual.syncNanos() << slower);
  }

  private static List<FaultKind> drawFaults(List<FaultKind> kinds, SplittableRandom random) {
    List<FaultKind> drawn = new ArrayList<>();
    for (FaultKind kind : kinds) {
      for (int weight = random.nextInt(FAULT_WEIGHT_MAX + 1); weight > 0; weight--) {
        drawn.add(kind);
      }
    }
    return drawn.isEmpty() ? kinds : drawn;
  }

  int nodes() {
    return volume.journals();
  }

  long leaseNanos() {
    return leaseMillis * MILLI;
  }
}
