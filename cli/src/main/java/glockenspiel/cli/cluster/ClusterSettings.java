package glockenspiel.cli.cluster;

import glockenspiel.node.transaction.LogSettings;
import glockenspiel.runtime.telemetry.Telemetry;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * The shape of a local cluster.
 *
 * @param image the volume
 * @param nodes how many node-agents; at least 1
 * @param host address to listen on
 * @param firstPort of the lock-manager; the journal-service has the next, the node-agents those
 *     after it; 0 takes any free ones
 * @param leaseMillis how long the lock-manager waits for a silent node
 * @param cuttable puts a relay between each node and the services, so that a node can be cut off
 * @param log sizes and delays of the nodes' logs
 * @param telemetry of each service, by its name; stays the caller's
 */
public record ClusterSettings(
    Path image,
    int nodes,
    String host,
    int firstPort,
    long leaseMillis,
    boolean cuttable,
    LogSettings log,
    Function<String, Telemetry> telemetry) {
  private static final long LEASE_MILLIS = 10_000;

  /** A cluster on free ports of 127.0.0.1 with the usual patience. */
  public static ClusterSettings of(Path image, int nodes) {
    return new ClusterSettings(
        image,
        nodes,
        "127.0.0.1",
        0,
        LEASE_MILLIS,
        false,
        LogSettings.DEFAULT,
        any -> Telemetry.NONE);
  }

  /** The same with another lease. */
  public ClusterSettings withLeaseMillis(long millis) {
    return new ClusterSettings(image, nodes, host, firstPort, millis, cuttable, log, telemetry);
  }

  /** The same with relays, or without. */
  public ClusterSettings withCuttable(boolean relays) {
    return new ClusterSettings(image, nodes, host, firstPort, leaseMillis, relays, log, telemetry);
  }

  /** The same on another address. */
  public ClusterSettings withAddress(String address, int port) {
    return new ClusterSettings(image, nodes, address, port, leaseMillis, cuttable, log, telemetry);
  }

  /** The same with logs of other sizes and delays. */
  public ClusterSettings withLog(LogSettings sizes) {
    return new ClusterSettings(
        image, nodes, host, firstPort, leaseMillis, cuttable, sizes, telemetry);
  }

  /** The same, each service with its own telemetry, as separate processes have it. */
  public ClusterSettings withTelemetry(Function<String, Telemetry> byService) {
    return new ClusterSettings(
        image, nodes, host, firstPort, leaseMillis, cuttable, log, byService);
  }

  /** The port of the service of that number; 0 for any. */
  int port(int number) {
    return firstPort == 0 ? 0 : firstPort + number;
  }

  /** Where this machine's own processes reach the services. */
  String hostToCall() {
    return host.equals("0.0.0.0") ? "127.0.0.1" : host;
  }
}
