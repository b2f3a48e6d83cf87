/**
 * The deterministic simulation as a command. The command line calls in; it imports the simulation.
 */
@NullMarked
package glockenspiel.cli.sim;

import org.jspecify.annotations.NullMarked;
