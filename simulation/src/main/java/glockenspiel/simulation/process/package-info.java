/**
 * The processes of the simulated cluster: the real cores of the three services on deterministic
 * owners, which can die, hang and be started again. The world calls in; it imports the cores and
 * the simulated network.
 */
@NullMarked
package glockenspiel.simulation.process;

import org.jspecify.annotations.NullMarked;
