package glockenspiel.node.glock;

import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.Welcome;

/** Told on the owner, in order. */
public interface SessionListener {
  /** The newest recovery generation that the node was told of. */
  long generation();

  /** A message has come, once, in order. */
  void received(LockManagerMessage message);

  /** The session goes on over another stream. */
  void resumed();

  /**
   * The lock-manager was restarted: the listener hands over what the node holds, and nothing else.
   * Everything that was sent before, and not acknowledged, is forgotten.
   */
  void reassert(Welcome answer);

  /** Whether the node withdraws or leaves. An application does not. */
  default boolean isWithdrawing() {
    return false;
  }

  /** All is handed over: the listener asks again for what it still waits for. */
  void reasserted();

  /** The stream has broken; the session is not lost yet. */
  void broken(String reason);

  /**
   * The session is over without the node's wish, and with it every lock and every request. Nothing
   * more comes.
   */
  void lost(String reason);
}
