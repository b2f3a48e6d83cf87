package glockenspiel.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.ondisk.inode.StatfsChange;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the Linux kernel made and replayed is clean, and we count in it what the kernel counts. */
class KernelImageTest {
  @ParameterizedTest
  @CsvSource({
    "01-small-files-4k,6,279,8172,5512,285",
    "06-revoke-many-512,6,69,130872,109451,75",
    "12-truncate-rename-xattr-4k,6,72,16364,13849,78"
  })
  void replayedImagesAreClean(
      String name, long directories, long files, long total, long free, long dinodes)
      throws Exception {
    MemoryImage image = KernelImage.replayed(name);
    CheckReport report = image.check();
    assertEquals(List.of(), report.problems());
    assertEquals(List.of(), report.notes());
    assertTrue(report.isClean());
    assertEquals(directories, report.directories());
    assertEquals(files, report.files());
    assertEquals(0, report.unlinked());
    assertEquals(new StatfsChange(total, free, dinodes), report.counted());
    assertEquals(report.counted(), image.info().statfs());
    assertEquals(free, image.info().freeBlocks());
    assertEquals(total, image.info().dataBlocks());
  }

  @Test
  void journalsThatTheCallerFoundDirtyComeFirst() throws Exception {
    MemoryImage image = KernelImage.replayed("01-small-files-4k");
    CheckReport report =
        ImageCheck.check(
            image.geometry(),
            image.blocks(),
            image,
            List.of(new JournalVerdict(0, true, ""), new JournalVerdict(1, false, "DIRTY")));
    assertEquals(1, report.problemsFound());
    Problem problem = report.problems().getFirst();
    assertEquals("journal 1", problem.structure());
    assertEquals("DIRTY", problem.found());
    assertTrue(problem.text().contains("journal 1 state DIRTY: expected clean"), problem.text());
  }
}
