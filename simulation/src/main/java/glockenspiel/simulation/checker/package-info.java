/**
 * The rules of docs/architecture.md, each watched by a checker of its own that keeps its own model
 * of the cluster. Checkers see observations only; they know neither workloads nor faults, and
 * change nothing. The world calls in.
 */
@NullMarked
package glockenspiel.simulation.checker;

import org.jspecify.annotations.NullMarked;
