package glockenspiel.simulation.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import glockenspiel.image.CheckReport;
import glockenspiel.image.ImageCheck;
import glockenspiel.journal.device.MemoryDisk;
import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.Superblock;
import glockenspiel.simulation.Simulation;
import glockenspiel.simulation.SimulationSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * One random damage in a sound image: where {@code fsck.gfs2 -n} complains, our check does. The
 * other way round it need not be: ours looks at more.
 */
class FsckBesideOursTest {
  private static final Path FSCK = Path.of("/usr/sbin/fsck.gfs2");
  private static final int SEEDS = 180;
  private static final long[] WORLDS = {1, 3, 5};

  /** It never ends over some images. */
  private static final String SECONDS_MAX = "5";

  private static final int KILLED = 124;

  private static final Pattern USUAL =
      Pattern.compile(
          "Initializing fsck|Validating resource group index\\.|Level 1 resource group check:"
              + " .*|\\(level 1 passed\\)|Starting (pass\\d\\w?|check_statfs)|Reconciling"
              + " bitmaps\\.|\\w+ completed in .*|\\d+ percent complete\\."
              + "\\s*|fsck.gfs2 complete||System file quota_change\\d"
              + " has an invalid size\\. Is \\d+, should be 1048576\\.");

  @TempDir private Path folder = Path.of("");

  @Test
  @Timeout(300)
  void whatFsckComplainsOfOursDoesToo() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(FSCK), "fsck.gfs2 is not installed");
    List<MemoryDisk> sound = new ArrayList<>();
    for (long world : WORLDS) {
      var _ =
          Simulation.run(
              world,
              SimulationSettings.DEFAULT.withSteps(5_000).withFaults(List.of()),
              null,
              disk -> sound.add(disk.copy(disk.size())));
    }
    List<String> missed = new ArrayList<>();
    int both = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      MemoryDisk base = sound.get(random.nextInt(sound.size()));
      MemoryDisk disk = base.copy(base.size());
      ImageMutator mutator = new ImageMutator(disk, superblock(disk).geometry(), random);
      mutator.change();
      if (mutator.changes().getFirst().startsWith("log ")) {
        // The content of journals is journal check's, not the image check's.
        continue;
      }
      boolean weComplain = weComplain(disk);
      List<String> theirs = complaints(disk);
      both += weComplain && !theirs.isEmpty() ? 1 : 0;
      if (!weComplain && !theirs.isEmpty()) {
        missed.add("seed " + seed + " " + mutator.changes() + ": " + theirs);
      }
    }
    assertEquals(List.of(), missed);
    assertTrue(both > SEEDS / 20, both + " damages");
  }

  private static Superblock superblock(MemoryDisk disk) {
    return Superblock.read(ByteBuffer.wrap(disk.bytes(Geometry.SUPERBLOCK_BYTE, Superblock.BYTES)));
  }

  private static boolean weComplain(MemoryDisk disk) {
    try {
      Geometry geometry = superblock(disk).geometry();
      int size = geometry.blockSize();
      CheckReport report =
          ImageCheck.check(
              geometry,
              disk.size() / size,
              block -> ByteBuffer.wrap(disk.bytes(block * size, size)),
              List.of());
      return !report.isClean();
    } catch (CorruptBlockException noVolume) {
      return true;
    }
  }

  private List<String> complaints(MemoryDisk disk) throws IOException, InterruptedException {
    Path file = Files.write(folder.resolve("image"), disk.bytes(0, Math.toIntExact(disk.size())));
    Process process =
        new ProcessBuilder("timeout", SECONDS_MAX, FSCK.toString(), "-n", file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    if (process.waitFor() == KILLED) {
      return List.of();
    }
    return said.lines().filter(line -> !USUAL.matcher(line).matches()).toList();
  }
}
