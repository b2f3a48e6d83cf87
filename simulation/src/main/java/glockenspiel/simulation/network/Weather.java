package glockenspiel.simulation.network;

import java.util.SplittableRandom;

/** How the network is at present: calm, or as bad as its settings say. Draws what happens next. */
final class Weather {
  private static final int MILLION = 1_000_000;
  private static final int SLOWER_MAX = 100;

  private final SplittableRandom random;
  private final NetworkSettings settings;
  private boolean calm = true;

  /** Calm at first. */
  Weather(SplittableRandom random, NetworkSettings settings) {
    this.random = random;
    this.settings = settings;
  }

  /** From now on nothing is slow or lost, or the settings count. */
  void becomeCalm(boolean wanted) {
    calm = wanted;
  }

  /** The time that the next message takes. */
  long drawLatencyNanos() {
    long latency = random.nextLong(settings.latencyMinNanos(), settings.latencyMaxNanos() + 1);
    boolean slow = !calm && random.nextInt(1000) < settings.slowPerMille();
    return slow ? latency * random.nextInt(1, SLOWER_MAX) : latency;
  }

  /** The time after which one end notices a partition. */
  long drawKeepaliveNanos() {
    return random.nextLong(settings.keepaliveNanos() / 4, 2 * settings.keepaliveNanos());
  }

  /** After this long a storage call without an answer is UNAVAILABLE. */
  long callTimeoutNanos() {
    return settings.callTimeoutNanos();
  }

  /** Whether the next storage call, or its answer, is lost. */
  boolean losesCall() {
    return !calm && random.nextInt(MILLION) < settings.lostCallsPerMillion();
  }

  /** Whether the next storage call arrives twice, if it may. */
  boolean doublesCall() {
    return !calm && random.nextInt(MILLION) < settings.doubledCallsPerMillion();
  }

  /** A number below the bound. */
  long draw(long bound) {
    return random.nextLong(bound);
  }
}
