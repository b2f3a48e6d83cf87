package glockenspiel.simulation.network;

import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.Welcome;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;

/** One life of a lock-manager process, as the network sees it. */
public interface LockManagerEndpoint {
  /** Runs it; stopped when the process has died. */
  DeterministicOwner owner();

  /** A stream has come with its hello. Returns its number. On the owner. */
  long opened(Hello hello, Back back);

  /** A batch has come. On the owner. */
  void received(long streamId, Batch<NodeMessage> batch);

  /** The stream has ended. On the owner. */
  void closed(long streamId);

  /** The way back on a stream. */
  interface Back {
    /** Sends the first answer. */
    void welcome(Welcome welcome);

    /** Sends a batch. */
    void deliver(Batch<LockManagerMessage> batch);

    /** Ends the stream, after what was sent before. */
    void close(boolean sessionLost, String reason);
  }
}
