package glockenspiel.cli.workload;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What all nodes know of the files that all of them change: a table in this process, beside the
 * cluster, that sees what no node can. For several threads.
 *
 * <p><b>Boards</b> are written whole, in one write, under one EX glock: a read that finds two
 * versions, or one that was already replaced when the read began, has met a node inside that should
 * not have been there (rule 1), or one that left before everything was in place (rule 6).
 *
 * <p><b>Logs</b> are appended to, by one sector: an append reads the end and moves it under one EX
 * glock, so no two appends may get the same place (rule 1).
 *
 * <p>What a node wrote that has failed since, and never made durable, may be lost; that excuses it,
 * and nobody else.
 */
final class SharedFiles {
  /** A write to a board. */
  private static final class BoardWrite {
    final long version;
    final int node;
    final long startNanos;
    long endNanos = Long.MAX_VALUE;

    BoardWrite(long version, int node, long startNanos) {
      this.version = version;
      this.node = node;
      this.startNanos = startNanos;
    }

    boolean isOver() {
      return endNanos != Long.MAX_VALUE;
    }
  }

  private record Appended(long version, int node, boolean durable) {}

  private final Map<String, Map<Long, BoardWrite>> boards = new HashMap<>();
  private final Map<String, TreeMap<Long, Appended>> logs = new HashMap<>();
  private final Set<Integer> failed = new TreeSet<>();
  private final List<String> violations = new ArrayList<>();
  private long newestVersion;
  private long boardReads;
  private long handedOver;
  private long appends;

  /** From now on what this node had not made durable may be lost. */
  synchronized void failed(int node) {
    failed.add(node);
  }

  synchronized long beginWrite(String board, int node, long now) {
    long version = ++newestVersion;
    boards
        .computeIfAbsent(board, _ -> new TreeMap<>())
        .put(version, new BoardWrite(version, node, now));
    return version;
  }

  synchronized void endWrite(String board, long version, long now) {
    BoardWrite write = boards.getOrDefault(board, Map.of()).get(version);
    if (write != null) {
      write.endNanos = now;
    }
  }

  /** A board was read by a node in a read that began then. */
  synchronized void read(String board, int reader, long startNanos, long[] versions) {
    boardReads++;
    Map<Long, BoardWrite> writes = boards.getOrDefault(board, Map.of());
    boolean mixed = Arrays.stream(versions).distinct().count() != 1;
    if (mixed && Arrays.stream(versions).noneMatch(version -> isExcused(writes.get(version)))) {
      violations.add(
          board + ": a read found parts of several writes: " + Arrays.toString(versions));
    }
    if (mixed || versions.length == 0) {
      return;
    }
    BoardWrite seen = writes.get(versions[0]);
    if (seen == null) {
      violations.add(board + ": a read found version " + versions[0] + ", which nobody wrote");
      return;
    }
    if (seen.node != reader) {
      handedOver++;
    }
    for (BoardWrite newer : writes.values()) {
      if (seen.isOver()
          && newer.startNanos - seen.endNanos > 0
          && newer.isOver()
          && startNanos - newer.endNanos > 0
          && !failed.contains(newer.node)
          && !failed.contains(seen.node)) {
        violations.add(
            board
                + ": a read found version "
                + seen.version
                + " of node "
                + seen.node
                + " after version "
                + newer.version
                + " of node "
                + newer.node
                + " had replaced it");
        return;
      }
    }
  }

  private boolean isExcused(@Nullable BoardWrite write) {
    return write != null && failed.contains(write.node);
  }

  synchronized long nextVersion() {
    return ++newestVersion;
  }

  /** An append to a log got that offset. */
  synchronized void appended(String name, int node, long offset, long version) {
    appends++;
    TreeMap<Long, Appended> log = logs.computeIfAbsent(name, _ -> new TreeMap<>());
    Appended before = log.get(offset);
    if (before != null && failed.contains(node)) {
      // The append was lost with its node, and its place given away, before its client came to say
      // so.
      return;
    }
    log.put(offset, new Appended(version, node, false));
    if (before != null && (before.durable || !failed.contains(before.node))) {
      violations.add(
          "%s: nodes %d and %d were both given byte %d".formatted(name, before.node, node, offset));
    }
  }

  /**
   * All that the node appended to the log so far is durable; the returned action is run when the
   * sync is done.
   */
  synchronized Runnable syncing(String log, int node) {
    Map<Long, Appended> then = new TreeMap<>();
    logs.getOrDefault(log, new TreeMap<>())
        .forEach(
            (offset, appended) -> {
              if (appended.node == node) {
                then.put(offset, appended);
              }
            });
    return () -> synced(log, then);
  }

  private synchronized void synced(String log, Map<Long, Appended> then) {
    TreeMap<Long, Appended> appends = logs.getOrDefault(log, new TreeMap<>());
    then.forEach(
        (offset, appended) ->
            appends.replace(offset, appended, new Appended(appended.version, appended.node, true)));
  }

  /**
   * What must be in the log, by offset: all that is durable, or was appended by a node that is in
   * order.
   */
  synchronized Map<Long, Long> expected(String log) {
    Map<Long, Long> expected = new TreeMap<>();
    logs.getOrDefault(log, new TreeMap<>())
        .forEach(
            (offset, appended) -> {
              if (appended.durable || !failed.contains(appended.node)) {
                expected.put(offset, appended.version);
              }
            });
    return expected;
  }

  synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  synchronized long boardReads() {
    return boardReads;
  }

  /** Reads that found what another node had written. */
  synchronized long handedOver() {
    return handedOver;
  }

  synchronized long appends() {
    return appends;
  }
}
