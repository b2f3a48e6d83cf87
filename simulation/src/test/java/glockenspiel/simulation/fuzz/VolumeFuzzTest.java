package glockenspiel.simulation.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A short run of the fuzzer. The long one is {@code glock fuzz}. */
class VolumeFuzzTest {
  private static final int SEEDS = 1000;

  @Test
  @Timeout(300)
  void nothingIsBrokenByDamage() {
    List<String> broken = new ArrayList<>();
    int opened = 0;
    int replayed = 0;
    int refused = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      FuzzResult result = VolumeFuzz.run(seed);
      for (String what : result.broken()) {
        broken.add("seed " + seed + ": " + what);
      }
      opened += result.opened() ? 1 : 0;
      replayed += result.replayed();
      refused += result.refused();
    }
    assertEquals(List.of(), broken);
    assertTrue(opened > SEEDS / 2, opened + " opened");
    assertTrue(replayed > SEEDS / 2, replayed + " replayed");
    assertTrue(refused > SEEDS / 4, refused + " refused");
  }

  /**
   * Whatever a damaged volume says of lengths and counts, it costs no more memory than a sound one.
   */
  @Test
  @Timeout(300)
  void littleMemoryIsEnough() throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path", ""),
                FuzzChild.class.getName(),
                Integer.toString(SEEDS + 1),
                Integer.toString(SEEDS + 400))
            .redirectErrorStream(true)
            .start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, child.waitFor(), said);
    assertTrue(said.strip().endsWith("[]"), said);
  }

  /** What the fuzzer has found once stays found. */
  @ParameterizedTest
  @ValueSource(longs = {158})
  void whatWasBrokenOnce(long seed) {
    assertEquals(List.of(), VolumeFuzz.run(seed).broken());
  }
}
