package glockenspiel.cli.cluster;

import java.io.IOException;
import java.util.List;

/**
 * How a node reaches the services: straight, or over relays that can be cut.
 *
 * @param lockManager host:port to connect to
 * @param journalService host:port to connect to
 * @param relays on the way; none when it is straight
 */
record Uplink(String lockManager, String journalService, List<Relay> relays)
    implements AutoCloseable {
  /** A way of its own for one node. */
  static Uplink open(String host, int lockManagerPort, int journalServicePort, boolean cuttable)
      throws IOException {
    if (!cuttable) {
      return new Uplink(host + ":" + lockManagerPort, host + ":" + journalServicePort, List.of());
    }
    Relay first = Relay.to(lockManagerPort);
    Relay second = Relay.to(journalServicePort);
    return new Uplink(
        "127.0.0.1:" + first.port(), "127.0.0.1:" + second.port(), List.of(first, second));
  }

  void cut() {
    relays.forEach(Relay::cut);
  }

  void heal() {
    relays.forEach(Relay::heal);
  }

  @Override
  public void close() {
    relays.forEach(Relay::close);
  }
}
