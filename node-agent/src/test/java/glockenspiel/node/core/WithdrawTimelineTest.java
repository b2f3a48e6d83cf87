package glockenspiel.node.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import glockenspiel.node.core.SmallCluster.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What is told of a withdraw, word for word. To take what is told now as right: {@code
 * -Dgolden=write}, and read the difference.
 */
class WithdrawTimelineTest {
  private static final Path GOLDEN = Path.of("src/test/resources/withdraw-of-three.txt");

  @Test
  void oneOfThreeWithdrawsAfterAnErrorOfItsJournal() throws IOException {
    try (SmallCluster cluster = SmallCluster.inOrder(3)) {
      cluster.mounted("p");
      cluster.mounted("q");
      Member w = cluster.mounted("w");
      w.change(30);
      w.change(31);
      cluster.timeline.clear();
      w.link.put("append", glockenspiel.protocol.storage.StorageException.Reason.IO_ERROR);
      var failing = w.task(() -> w.files().change(32));
      cluster.runUntil(failing::isDone, "the change fails");
      cluster.runUntil(() -> w.node.state() == NodeState.WITHDRAWN, "w is out");
      cluster.runFor(SmallCluster.SECOND);
      cluster.requireNoViolations();
      compare(cluster.timeline);
    }
  }

  private static void compare(List<String> told) throws IOException {
    if ("write".equals(System.getProperty("golden"))) {
      Files.createDirectories(GOLDEN.resolveSibling("."));
      Files.write(GOLDEN, told);
    }
    assertEquals(String.join("\n", Files.readAllLines(GOLDEN)), String.join("\n", told));
  }
}
