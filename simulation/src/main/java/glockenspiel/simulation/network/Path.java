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
    /**
     * Something does not get through any more; nothing is told to anybody.
     *
     * @param up whether what goes to the service is stuck
     * @param down whether what comes back is stuck
     */
    void partitioned(boolean up, boolean down);

    /** What was not given up meanwhile goes on. */
    void healed();

    /** The connection breaks; both ends are told. */
    void broken();
  }

  private final Set<Connection> connections = new LinkedHashSet<>();
  private boolean upCut;
  private boolean downCut;

  void add(Connection connection) {
    connections.add(connection);
    if (isPartitioned()) {
      // To be set up, a connection needs both directions.
      connection.partitioned(true, true);
    }
  }

  void remove(Connection connection) {
    connections.remove(connection);
  }

  /** Whether something does not get through: then nothing new can be set up either. */
  public boolean isPartitioned() {
    return upCut || downCut;
  }

  boolean isUpCut() {
    return upCut;
  }

  boolean isDownCut() {
    return downCut;
  }

  /** From now on nothing gets through. */
  public void partition() {
    partition(true, true);
  }

  /**
   * From now on nothing gets through in these directions.
   *
   * @param up to the service
   * @param down to the node
   */
  public void partition(boolean up, boolean down) {
    upCut |= up;
    downCut |= down;
    new ArrayList<>(connections).forEach(each -> each.partitioned(up, down));
  }

  /** Ends {@link #partition}. */
  public void heal() {
    if (isPartitioned()) {
      upCut = false;
      downCut = false;
      new ArrayList<>(connections).forEach(Connection::healed);
    }
  }

  /** Breaks the connections that are open now; new ones can be made at once. */
  public void breakConnections() {
    new ArrayList<>(connections).forEach(Connection::broken);
  }
}
