package glockenspiel.node.glock;

import glockenspiel.protocol.lock.NodeMessage;

/** What the glock cache and recovery need of a session. */
public interface LockSender {
  /**
   * Hands a message over; it leaves with the next batch, in the order of the calls, exactly once.
   * Dropped once the session is over.
   */
  void send(NodeMessage message);

  /** Whether the node may still use its locks: the lock-manager cannot have given it up yet. */
  boolean holdsLease();
}
