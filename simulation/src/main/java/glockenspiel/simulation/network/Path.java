package glockenspiel.simulation.network;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The way between a node and one service. All connections of the node's lives run over it; what
 * happens to the way happens to all of them.
 */
public final class Path {
  /** What runs over a path. */
  interface Connection {
    /** Nothing gets through any more; nothing is told to anybody. */
    void partitioned();

    /** What was not given up meanwhile goes on. */
    void healed();

    /** The connection breaks; both ends are told. */
    void broken();
  }

  private final Set<Connection> connections = new LinkedHashSet<>();
  private boolean partitioned;

  void add(Connection connection) {
    connections.add(connection);
    if (partitioned) {
      connection.partitioned();
    }
  }

  void remove(Connection connection) {
    connections.remove(connection);
  }

  /** Whether nothing gets through. */
  public boolean isPartitioned() {
    return partitioned;
  }

  /** From now on nothing gets through. */
  public void partition() {
    if (!partitioned) {
      partitioned = true;
      new ArrayList<>(connections).forEach(Connection::partitioned);
    }
  }

  /** Ends {@link #partition}. */
  public void heal() {
    if (partitioned) {
      partitioned = false;
      new ArrayList<>(connections).forEach(Connection::healed);
    }
  }

  /** Breaks the connections that are open now; new ones can be made at once. */
  public void breakConnections() {
    new ArrayList<>(connections).forEach(Connection::broken);
  }
}
