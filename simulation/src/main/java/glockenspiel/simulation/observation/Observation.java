package glockenspiel.simulation.observation;

import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.journal.device.VolumeState;
import glockenspiel.lockmanager.core.Effect;
import glockenspiel.lockmanager.core.LockEvent;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened at a seam of the simulated cluster: at a port of a node, at the
 * lock-manager's step, at the volume, at the device. Checkers see nothing else.
 */
public sealed interface Observation {
  /** A node-agent process has begun. */
  record NodeStarted(NodeId node) implements Observation {}

  /** It was killed. */
  record NodeCrashed(NodeId node) implements Observation {}

  /** It stands still. */
  record NodeHung(NodeId node) implements Observation {}

  /** It goes on. */
  record NodeWoke(NodeId node) implements Observation {}

  /** It says what happens to it. */
  record NodeTold(NodeId node, NodeEvent event) implements Observation {}

  /** The first answer of a session reaches the node. Not told of resumed streams. */
  record Joined(NodeId node, Welcome welcome) implements Observation {}

  /**
   * The first answer of a lock-manager that was restarted reaches a node that was a member of the
   * one before: it goes on under another session.
   */
  record Reasserting(NodeId node, Welcome welcome) implements Observation {}

  /**
   * The node sends a message for the first time. Sessions are told apart by {@link SessionKey}; 0
   * before the welcome.
   */
  record Sent(NodeId node, long sessionId, NodeMessage message) implements Observation {}

  /** A message reaches the node for the first time; told just before the node sees it. */
  record Received(NodeId node, long sessionId, LockManagerMessage message) implements Observation {}

  /** A stream tells the node that it has no session any more; told just before the node sees it. */
  record SessionDenied(NodeId node, long sessionId) implements Observation {}

  /** A lock-manager process has begun. */
  record LockManagerStarted(long incarnation) implements Observation {}

  /** It was killed, and has forgotten everything. */
  record LockManagerCrashed() implements Observation {}

  /** It has made a step. */
  record LockManagerStepped(LockEvent event, List<Effect> effects) implements Observation {}

  /** A node calls the journal-service. */
  record CallSent(StorageCall call) implements Observation {}

  /** A call reaches the volume; told just before the volume sees it. */
  record CallArrived(StorageCall call) implements Observation {}

  /** The volume has answered; told before the answer travels. */
  record CallAnswered(StorageCall call, @Nullable Object result, @Nullable RuntimeException failure)
      implements Observation {}

  /** A journal-service process has begun, or begins again. */
  record VolumeStarted() implements Observation {}

  /** It was killed. Told before the disk loses what was not synced. */
  record VolumeCrashed() implements Observation {}

  /** The disk has lost what it was to lose. */
  record DiskCrashed() implements Observation {}

  /** The state beside the image is durable. */
  record StateSaved(VolumeState state) implements Observation {}

  /** The volume asks the device to read. */
  record DeviceRead(long offset, int length) implements Observation {}

  /**
   * The volume asks the device to write. Sequence numbers count the writes of all lives of the
   * volume.
   */
  record DeviceWriteCalled(long sequence, List<DeviceWrite> writes) implements Observation {}

  /** These bytes are on the disk now, though perhaps not durable. */
  record DeviceWritten(long sequence, List<DeviceWrite> writes) implements Observation {}

  /** All writes up to this number are durable, those that did not fail. */
  record DeviceSynced(long sequence) implements Observation {}

  /** A party broke the contract of a port: a buffer changed after it was handed over, and such. */
  record ContractBroken(NodeId node, String what) implements Observation {}

  /** Faults have stopped: from here on everything must make progress. */
  record Healed() implements Observation {}

  /** The run is over: every node has left in order. */
  record Ended() implements Observation {}
}
