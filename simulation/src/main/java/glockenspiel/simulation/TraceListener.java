package glockenspiel.simulation;

import glockenspiel.simulation.observation.Observation;

/** Wants to read what happens in a world. Must not change anything. */
public interface TraceListener {
  /** It has just happened, or is about to, at that time of the world. */
  void observed(long nanos, Observation observation);

  /** A checker has found something. */
  void violated(Violation violation);
}
