package glockenspiel.simulation.observation;

/** Looks on. Called in the middle of what happens: must not change anything of the cluster. */
@FunctionalInterface
public interface Observer {
  /** It has just happened, or is about to, as its kind says. */
  void observe(Observation observation);
}
