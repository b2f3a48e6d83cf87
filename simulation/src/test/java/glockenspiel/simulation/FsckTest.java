package glockenspiel.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import glockenspiel.journal.device.MemoryDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rule 10, judged by fsck.gfs2 itself: at rest it has nothing to say about an image, but that the
 * quota files of so small a volume are smaller than those of mkfs.gfs2.
 */
class FsckTest {
  private static final Path FSCK = Path.of("/usr/sbin/fsck.gfs2");
  private static final Pattern EXPECTED =
      Pattern.compile(
          "Initializing fsck|Validating resource group index\\.|Level 1 resource group check:"
              + " .*|\\(level 1 passed\\)|Starting (pass\\d\\w?|check_statfs)|Reconciling"
              + " bitmaps\\.|\\w+ completed in .*|fsck.gfs2 complete||System file quota_change\\d"
              + " has an invalid size\\. Is \\d+, should be 1048576\\.");

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 13, 98})
  void hasNothingToSay(long seed) throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(FSCK), "fsck.gfs2 is not installed");
    List<byte[]> images = images(seed);
    assertEquals(2, images.size());
    for (byte[] image : images) {
      assertEquals(List.of(), complaints(image));
    }
  }

  private static List<byte[]> images(long seed) {
    List<byte[]> images = new ArrayList<>();
    var _ =
        Simulation.run(seed, SimulationSettings.DEFAULT, null, disk -> images.add(wholeOf(disk)));
    return images;
  }

  private static byte[] wholeOf(MemoryDisk disk) {
    return disk.bytes(0, Math.toIntExact(disk.size()));
  }

  private List<String> complaints(byte[] image) throws IOException, InterruptedException {
    Path file = Files.write(directory.resolve("image"), image);
    Process process =
        new ProcessBuilder(FSCK.toString(), "-n", file.toString())
            .redirectErrorStream(true)
            .start();
    List<String> said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    int exit = process.waitFor();
    assertTrue(said.contains("fsck.gfs2 complete"), "exit " + exit + ": " + said);
    return said.stream().filter(line -> !EXPECTED.matcher(line).matches()).toList();
  }
}
