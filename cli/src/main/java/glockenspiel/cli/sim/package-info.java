/**
 * The deterministic simulation and its damaged volumes as commands. The command line calls in; it
 * imports the simulation.
 */
@NullMarked
package glockenspiel.cli.sim;

import org.jspecify.annotations.NullMarked;
