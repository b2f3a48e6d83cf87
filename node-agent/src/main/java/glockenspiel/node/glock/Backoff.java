package glockenspiel.node.glock;

/**
 * The pauses between attempts to connect. They double, and differ from node to node, so that a
 * thousand nodes do not come together.
 */
final class Backoff {
  private final SessionSettings settings;
  private final int spreadOf;
  private int failures;

  Backoff(SessionSettings settings, String nodeName) {
    this.settings = settings;
    this.spreadOf = nodeName.hashCode();
  }

  /** An attempt has succeeded. */
  void reset() {
    failures = 0;
  }

  /**
   * An attempt has failed, or a stream has broken.
   *
   * @param firstAtOnce the first attempt after a success need not wait
   */
  long nextNanos(boolean firstAtOnce) {
    failures++;
    if (failures == 1 && firstAtOnce) {
      return 0;
    }
    long pause = settings.backoffMinNanos();
    for (int i = 1; i < failures && pause < settings.backoffMaxNanos(); i++) {
      pause *= 2;
    }
    pause = Math.min(pause, settings.backoffMaxNanos());
    int spread = (spreadOf * 31 + failures * 7919) & 0xff;
    return pause / 2 + pause / 2 * spread / 0xff;
  }
}
