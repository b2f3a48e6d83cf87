package glockenspiel.protocol.lock;

/**
 * How a node reaches the lock-manager. Calls never block and never throw for trouble on the way:
 * that is told to the listener. The listener is called on the node's serial owner, never inside a
 * call of this port. A stream keeps order; it may lose a tail of what was sent when it breaks, and
 * never loses anything in the middle, doubles or reorders.
 */
public interface LockManagerPort {
  /** Opens a stream and sends the hello on it. The caller closes an older stream first. */
  Stream connect(Hello hello, Listener listener);

  /** An open stream. After it was closed by either side, sends are dropped silently. */
  interface Stream {
    /** Hands a batch over. */
    void send(Batch<NodeMessage> batch);

    /** Whether the batch would be written soon; a node gathers while it would not. */
    boolean isReady();

    /** Ends the stream. The listener hears nothing more. */
    void close();
  }

  /** What comes back. */
  interface Listener {
    /** The session has begun or goes on. Once, first. */
    void welcomed(Welcome welcome);

    /** A batch has come. */
    void received(Batch<LockManagerMessage> batch);

    /** The stream can take more again. */
    void ready();

    /**
     * The stream has ended; nothing more comes on it.
     *
     * @param sessionLost the lock-manager does not know the session (any more); connecting again
     *     cannot resume it
     * @param reason for people
     */
    void closed(boolean sessionLost, String reason);
  }
}
