package glockenspiel.bench.measure;

import java.io.IOException;
import java.util.List;

/** One group of measurements, which can be asked for by its name. */
public interface Benchmark {
  /** A short word. */
  String name();

  /**
   * Measures; ends by itself.
   *
   * @throws IOException when something it needs cannot be started or reached
   */
  List<Row> run(Plan plan) throws IOException, InterruptedException;
}
