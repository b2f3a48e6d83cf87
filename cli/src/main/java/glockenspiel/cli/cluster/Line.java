package glockenspiel.cli.cluster;

/**
 * What the network from one end to the other is like at the moment. Shared by all that passes it.
 */
final class Line {
  /** What becomes of bytes that want to pass. */
  enum State {
    /** They pass. */
    PASSING,
    /** They wait, and pass when the line is healed, as TCP sends again what was lost. */
    HELD,
    /** They are lost, and nobody is told. */
    CUT,
    /** There is no connection, and whoever wants one is told at once. */
    REFUSING
  }

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private State state = State.PASSING;
  private volatile long delayNanos;
  private volatile long bytesPerSecond;

  synchronized void turn(State next) {
    state = next;
    notifyAll();
  }

  synchronized State state() {
    return state;
  }

  /**
   * Waits while bytes are held.
   *
   * @return false when they are lost
   */
  synchronized boolean awaitPassing() throws InterruptedException {
    while (state == State.HELD) {
      wait();
    }
    return state == State.PASSING;
  }

  /** How long every byte is on its way; from now on, and 0 for none. */
  void delay(long nanos) {
    delayNanos = nanos;
  }

  long delayNanos() {
    return delayNanos;
  }

  /** How many bytes pass in a second of a connection; 0 for no limit. */
  void limit(long bytes) {
    bytesPerSecond = bytes;
  }

  /** How long so many bytes need to pass. */
  long transferNanos(int bytes) {
    long rate = bytesPerSecond;
    return rate == 0 ? 0 : bytes * NANOS_PER_SECOND / rate;
  }
}
