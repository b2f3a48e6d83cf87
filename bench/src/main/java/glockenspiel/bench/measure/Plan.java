package glockenspiel.bench.measure;

import java.io.PrintWriter;
import java.nio.file.Path;

/**
 * How much is measured, and where.
 *
 * @param rounds how often each side is measured; the sides take turns, and the medians count
 * @param quick measures a twentieth: shows that all runs, and gives no numbers to rely on
 * @param work an existing folder on the disk that is to be measured
 * @param progress where it is said what is being done
 */
public record Plan(int rounds, boolean quick, Path work, PrintWriter progress) {
  private static final int QUICK = 20;

  /** How many operations, of those that the whole measurement takes. */
  public int count(int whole) {
    return quick ? Math.max(1, whole / QUICK) : whole;
  }

  /** Says what is being done. */
  public void say(String what) {
    progress.println("  " + what);
    progress.flush();
  }
}
