package glockenspiel.simulation;

/** A program of its own: prints what worlds have shown, one line for each seed that it is given. */
public final class TraceHashes {
  private TraceHashes() {}

  /** Arguments are seeds. */
  public static void main(String[] seeds) {
    for (String seed : seeds) {
      System.out.println(line(Long.parseLong(seed)));
    }
  }

  static String line(long seed) {
    SimulationResult result = Simulation.run(seed, SimulationSettings.DEFAULT);
    return "%d %016x %d %d"
        .formatted(seed, result.traceHash(), result.steps(), result.simulatedNanos());
  }
}
