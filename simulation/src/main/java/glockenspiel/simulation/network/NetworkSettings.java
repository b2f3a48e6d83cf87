package glockenspiel.simulation.network;

/**
 * How slow and how unreliable the simulated network is while nobody breaks it on purpose.
 *
 * @param latencyMinNanos least time of a message on its way
 * @param latencyMaxNanos usual greatest time
 * @param slowPerMille how many of a thousand messages take up to a hundred times as long
 * @param lostCallsPerMillion how many of a million storage calls are lost, or their answers, or
 *     arrive only after the caller has given up
 * @param doubledCallsPerMillion how many of a million calls that a proxy may send again arrive
 *     twice
 * @param callTimeoutNanos after this long a storage call without an answer is UNAVAILABLE
 * @param keepaliveNanos after this long in a partition an end notices that its stream is dead
 */
public record NetworkSettings(
    long latencyMinNanos,
    long latencyMaxNanos,
    int slowPerMille,
    int lostCallsPerMillion,
    int doubledCallsPerMillion,
    long callTimeoutNanos,
    long keepaliveNanos) {
  /** A data centre: 20 to 300 microseconds, one message in two hundred much slower. */
  public static final NetworkSettings DEFAULT =
      new NetworkSettings(20_000, 300_000, 5, 100, 20_000, 500_000_000L, 200_000_000L);
}
