package glockenspiel.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.cli.cluster.ImageVerdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine.Help.Ansi;

/**
 * A whole cluster over real sockets in this process, one fault in the midst of a workload, and
 * every rule kept.
 */
class DemoTest {
  private static final long SEED = 20260102;

  @TempDir private Path work = Path.of("");

  private final List<String> story = new ArrayList<>();

  private DemoReport run(FaultKind fault, int nodes) throws IOException, InterruptedException {
    DemoSettings settings =
        new DemoSettings(null, nodes, fault, SEED, work, DemoSettings.Pace.FAST);
    DemoReport report = new Demo(settings, new Story(story::add, Ansi.OFF)).run();
    assertTrue(report.isOk(), () -> String.join("\n", story) + "\n" + report);
    assertEquals("clean", report.imageCheck());
    assertTrue(Set.of("clean", "not-installed").contains(report.fsck()), report.fsck());
    assertEquals(12, report.rules().size());
    assertTrue(ImageVerdict.of(work.resolve("glock-demo.img")).isClean());
    return report;
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LAST_NODE")
  void everyRuleIsKept(FaultKind fault) throws Exception {
    DemoReport report = run(fault, 3);
    List<String> failed = new ArrayList<>(report.withdrawn());
    failed.addAll(report.crashed());
    assertEquals(
        switch (fault) {
          case NONE, LOCK_MANAGER_RESTART -> List.of();
          case STORM -> List.of("node-1", "node-2");
          default -> List.of("node-2");
        },
        failed);
    assertEquals(fault == FaultKind.CRASH, report.withdrawn().isEmpty() && !failed.isEmpty());
    assertEquals(failed.size(), report.replays().size(), () -> String.join("\n", story));
    assertTrue(report.replays().stream().noneMatch(replay -> failed.contains(replay.by())));
    assertEquals(fault == FaultKind.LATE_REPLAY, report.lateReplay() != null);
  }

  @Test
  void theLastNodeReplaysItsOwnJournal() throws Exception {
    DemoReport report = run(FaultKind.LAST_NODE, 2);
    assertEquals(List.of("node-1"), report.withdrawn());
    assertEquals("node-1", report.replays().getFirst().by());
  }

  @Test
  void tellsTheWithdrawInItsOrder() throws Exception {
    run(FaultKind.JOURNAL_IO, 2);
    String all = String.join("\n", story);
    int from = 0;
    for (String step :
        List.of(
            "the next write to journal 1",
            "about to withdraw this file system: JOURNAL_IO_ERROR",
            "fenced",
            "journal glock 1 and live glock released",
            "node-1 announces its withdraw",
            "gate CLOSED, generation 2, for journals [1]",
            "Looking at journal...",
            "journal 1 is clean, says node-0",
            "gate OPEN",
            "STALE_EPOCH, STALE_EPOCH",
            "mounted, jid=1",
            "VERDICT: OK")) {
      int found = all.indexOf(step, from);
      assertTrue(found >= 0, () -> "'" + step + "' is missing, or not in its place, in\n" + all);
      from = found;
    }
    assertFalse(all.contains("\u001b["), "no colours where none are shown");
  }
}
