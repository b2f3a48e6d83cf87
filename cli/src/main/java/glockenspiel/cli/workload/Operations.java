package glockenspiel.cli.workload;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts what clients do, and how long it takes. For several threads. */
public final class Operations {
  /** What a client can do. */
  public enum Kind {
    /** Makes a file. */
    CREATE,
    /** Writes over, or behind, what is there. */
    WRITE,
    /** Writes at the end of a file of all nodes. */
    APPEND,
    /** Reads. */
    READ,
    /** Gives a file another name. */
    LINK,
    /** Takes a name away; with the last one the file and its blocks. */
    UNLINK,
    /** Cuts a file to nothing. */
    TRUNCATE,
    /** Makes durable. */
    FSYNC
  }

  /**
   * One operation that has ended.
   *
   * @param node index of the node
   * @param startNanos when it began
   * @param endNanos when it ended
   */
  public record Done(int node, Kind kind, long startNanos, long endNanos) {}

  private final List<Done> done = new ArrayList<>();
  private long begun;
  private long failed;
  private long refused;
  private long bytesWritten;

  /** One begins. */
  synchronized void begin() {
    begun++;
  }

  /** One has ended well. */
  synchronized void end(Done operation) {
    done.add(operation);
  }

  /** One has ended because its node has gone. */
  synchronized void failed() {
    failed++;
  }

  /** One was refused: no room. */
  synchronized void refused() {
    refused++;
  }

  synchronized void wrote(long bytes) {
    bytesWritten += bytes;
  }

  /** How many have begun. */
  public synchronized long begun() {
    return begun;
  }

  /** How many have ended, whichever way. */
  public synchronized long ended() {
    return done.size() + failed + refused;
  }

  /** How many ended because their node had gone. */
  public synchronized long failures() {
    return failed;
  }

  /** Bytes that were written. */
  public synchronized long bytesWritten() {
    return bytesWritten;
  }

  /** All that have ended well, oldest first. */
  public synchronized List<Done> done() {
    return List.copyOf(done);
  }

  /** How many ended well, of each kind. */
  public synchronized Map<Kind, Long> counts() {
    Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    for (Done operation : done) {
      counts.merge(operation.kind(), 1L, Long::sum);
    }
    return counts;
  }
}
