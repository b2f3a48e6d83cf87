package glockenspiel.lockmanager.core;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.NodeMessage;

/** What can happen to the lock-manager. Each is one step. */
public sealed interface LockEvent {
  /**
   * A stream has come with its first message.
   *
   * @param streamId chosen by the shell; never used again for another stream
   */
  record StreamOpened(long streamId, Hello hello) implements LockEvent {}

  /** A batch has come on an open stream. Ignored when the stream was closed meanwhile. */
  record BatchReceived(long streamId, Batch<NodeMessage> batch) implements LockEvent {}

  /**
   * A stream has broken, or the node has closed it. The session lives on until its lease ends.
   * Ignored for a stream that the lock-manager has closed itself.
   */
  record StreamClosed(long streamId) implements LockEvent {}

  /** The time of an {@link Effect.SetTimer} has come. Too early and too late do no harm. */
  record TimerFired(long token) implements LockEvent {}

  /**
   * An operator ends a session as if its lease had run out. Ignored when there is no such session.
   *
   * @param reason for logs and for the node
   */
  record Evict(long sessionId, String reason) implements LockEvent {}

  /**
   * Time to look for members that wait for each other in a ring. One that is there at two looks in
   * a row is told once, as {@link Notice.WaitCycleLasts}.
   */
  record LookForWaitCycles() implements LockEvent {}
}
