package glockenspiel.simulation.process;

/**
 * How slow the simulated disk is; each operation takes a quarter to twice of these.
 *
 * @param readNanos a read
 * @param writeNanos a write into the disk's cache
 * @param syncNanos making it durable
 */
public record DeviceSettings(long readNanos, long writeNanos, long syncNanos) {
  /** A disk of a data centre. */
  public static final DeviceSettings DEFAULT = new DeviceSettings(80_000, 40_000, 500_000);
}
