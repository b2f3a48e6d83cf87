package glockenspiel.simulation.observation;

/**
 * One life of one node-agent process: a crash ends it, a restart begins the next.
 *
 * @param index which node, from 0
 * @param life how often it was started before
 */
public record NodeId(int index, int life) {
  /** The name that the node joins with; the same in all lives. */
  public String nodeName() {
    return "node" + index;
  }

  @Override
  public String toString() {
    return nodeName() + "." + life;
  }
}
