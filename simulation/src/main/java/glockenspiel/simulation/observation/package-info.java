/**
 * What happens at the seams of the simulated cluster, for those who look on. The network, the
 * processes and the fault driver tell; the checkers listen. It imports the words of the rooms whose
 * seams these are.
 */
@NullMarked
package glockenspiel.simulation.observation;

import org.jspecify.annotations.NullMarked;
