package glockenspiel.bench.storage;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The replay that {@code fsck.gfs2} begins with. */
final class FsckReplay {
  private static final Path PROGRAM = Path.of("/usr/sbin/fsck.gfs2");
  private static final String DONE = "Journal recovery complete.";

  private FsckReplay() {}

  static boolean isInstalled() {
    return Files.isExecutable(PROGRAM);
  }

  /**
   * Runs all of it; returns the milliseconds from its start until it says that its journals are
   * recovered.
   *
   * @throws IOException when it does not say so
   */
  static double millis(Path image) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Process fsck =
        new ProcessBuilder("stdbuf", "-oL", PROGRAM.toString(), "-y", image.toString())
            .redirectErrorStream(true)
            .start();
    double millis = Double.NaN;
    try (BufferedReader said =
        new BufferedReader(new InputStreamReader(fsck.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        if (line.contains(DONE)) {
          millis = (System.nanoTime() - begin) / 1e6;
        }
      }
    }
    int exit = fsck.waitFor();
    if (Double.isNaN(millis)) {
      throw new IOException("fsck.gfs2 replayed nothing, and ended with " + exit);
    }
    return millis;
  }
}
