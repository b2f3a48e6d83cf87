package glockenspiel.node.grpc;

/**
 * How long a node waits for the journal-service. After it the call fails with UNAVAILABLE: it may
 * or may not have happened.
 *
 * @param transferMillis longest time of a read, write or append, and to the first state of a watch
 * @param replaySilenceMillis longest time without progress of a replay. The replay itself goes on
 */
public record StorageDeadlines(long transferMillis, long replaySilenceMillis) {
  /** 10 s; 30 s. */
  public static final StorageDeadlines DEFAULT = new StorageDeadlines(10_000, 30_000);

  /** Checks the ranges. */
  public StorageDeadlines {
    if (transferMillis <= 0 || replaySilenceMillis <= 0) {
      throw new IllegalArgumentException(
          "deadlines " + transferMillis + " and " + replaySilenceMillis + " ms must be above 0");
    }
  }
}
