package glockenspiel.simulation.workload;

import glockenspiel.simulation.observation.NodeId;

/**
 * One mount of one life of a node: what it caches ends with it.
 *
 * @param node which life
 * @param mount counts the mounts of all nodes
 */
public record Actor(NodeId node, int mount) {
  @Override
  public String toString() {
    return node + "/" + mount;
  }
}
