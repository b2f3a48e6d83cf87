package glockenspiel.node.event;

/**
 * Takes what happens to a node. Called on the node's owner, in order; must not wait, must not
 * throw, must not call the node.
 */
@FunctionalInterface
public interface NodeEvents {
  /** It has just happened. */
  void happened(NodeEvent event);

  /** Nobody listens. */
  NodeEvents NONE = event -> {};
}
