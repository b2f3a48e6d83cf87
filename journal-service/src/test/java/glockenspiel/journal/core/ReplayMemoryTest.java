package glockenspiel.journal.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Replays of the largest journals in a small heap, and with little memory beside it: what a replay
 * holds depends on how many copies and revokes there are, never on the bytes of the journal.
 */
@Timeout(120)
class ReplayMemoryTest {
  @ParameterizedTest
  @CsvSource({
    "8, 4096, 64, 16, COPIES, copies 2041 written 2041 revokes 0",
    "1024, 4096, 96, 24, COPIES, copies 261621 written 261621 revokes 0",
    "1024, 4096, 96, 3, MOSTLY_OUTDATED, copies 261621 written 17373 revokes 0",
    "1024, 512, 96, 24, COPIES, copies 2059700 written 2059700 revokes 0",
    "1024, 4096, 80, 20, REVOKES, JOURNAL_CORRUPT",
    "1024, 512, 256, 64, REVOKES, JOURNAL_CORRUPT",
  })
  void aSmallHeapIsEnough(
      int journalMebibytes,
      int blockSize,
      int heapMebibytes,
      int besideMebibytes,
      String filling,
      String expected)
      throws IOException, InterruptedException {
    String said = replay(journalMebibytes, blockSize, heapMebibytes, besideMebibytes, filling);
    assertTrue(said.startsWith(expected), said);
  }

  private static String replay(
      int journalMebibytes, int blockSize, int heapMebibytes, int besideMebibytes, String filling)
      throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "-Xmx" + heapMebibytes + "m",
                "-XX:+UseSerialGC",
                "-XX:MaxDirectMemorySize=" + besideMebibytes + "m",
                "-cp",
                System.getProperty("java.class.path", ""),
                HugeJournal.class.getName(),
                Integer.toString(blockSize),
                Integer.toString(journalMebibytes),
                filling)
            .redirectErrorStream(true)
            .start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, child.waitFor(), said);
    return said.strip();
  }
}
