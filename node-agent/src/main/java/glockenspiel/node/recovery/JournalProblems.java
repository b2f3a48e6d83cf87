package glockenspiel.node.recovery;

import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.task.SerialOwner;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What stands between journals and their replay, as this node sees it: for the status, so that
 * people know whom to help.
 */
public final class JournalProblems {
  private record Problem(String text, String help, long sinceNanos) {}

  private final SerialOwner owner;
  private final TreeMap<Integer, Problem> problems = new TreeMap<>();

  /** None yet. */
  public JournalProblems(SerialOwner owner) {
    this.owner = owner;
  }

  /** The gate is open: nothing stands in the way of anything. */
  void clear() {
    problems.clear();
  }

  void clear(int jid) {
    problems.remove(jid);
  }

  /** The journal could not be replayed, for that reason. */
  void note(int jid, StorageException cause) {
    String help =
        switch (cause.reason()) {
          case JOURNAL_CORRUPT -> "an operator: unmount all nodes, then repair it with fsck.gfs2";
          case UNAVAILABLE -> "the journal-service must be reached";
          case VOLUME_FAILED, IO_ERROR -> "an operator: the device of the journal-service fails";
          case JOURNAL_BUSY -> "nobody: another replay is under way";
          case NO_SUCH_JOURNAL, NO_SUCH_VOLUME -> "an operator: the volume is not what it was";
          case STALE_EPOCH,
              JOURNAL_FULL,
              JOURNAL_DIRTY,
              JOURNAL_NOT_OPEN,
              BAD_BLOCK_RANGE,
              INVALID_ARGUMENT ->
              "nobody: the next look may succeed";
        };
    Problem before = problems.get(jid);
    String text = cause.reason() + ": " + cause.getMessage();
    long since = before != null && before.text.equals(text) ? before.sinceNanos : owner.nowNanos();
    problems.put(jid, new Problem(text, help, since));
  }

  /** One line each, by jid. */
  public List<String> toLines() {
    List<String> lines = new ArrayList<>();
    problems.forEach(
        (jid, problem) ->
            lines.add(
                "jid="
                    + jid
                    + ": "
                    + problem.text
                    + "; for "
                    + (owner.nowNanos() - problem.sinceNanos) / 1_000_000
                    + "ms; who could help: "
                    + problem.help));
    return lines;
  }
}
