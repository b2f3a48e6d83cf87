package glockenspiel.simulation.network;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.runtime.task.Promise;
import glockenspiel.simulation.observation.NodeId;
import glockenspiel.simulation.observation.StorageCall;
import org.jspecify.annotations.Nullable;

/**
 * Changes what travels, so that a cluster without bugs looks like one with a bug. Only tests use
 * it, to prove that the checkers see what they are there for: a message was observed as its sender
 * meant it, and arrives as something else.
 */
public interface Tampering {
  /** Changes nothing. */
  Tampering NONE = new Tampering() {};

  /** A batch as it arrives at the lock-manager. Must have as many messages. */
  default Batch<NodeMessage> towardsLockManager(NodeId from, Batch<NodeMessage> batch) {
    return batch;
  }

  /** A batch as it arrives at the node. Must have as many messages. */
  default Batch<LockManagerMessage> towardsNode(NodeId to, Batch<LockManagerMessage> batch) {
    return batch;
  }

  /** A storage call as it arrives at the volume. Must be of the same kind. */
  default StorageCall.Body towardsVolume(StorageCall call) {
    return call.body();
  }

  /** An answer that is given without asking the volume; null to ask it. */
  default @Nullable Promise<?> insteadOfVolume(StorageCall call) {
    return null;
  }

  /** Whether the device says that it has synced, and has not. */
  default boolean pretendsToSync() {
    return false;
  }
}
