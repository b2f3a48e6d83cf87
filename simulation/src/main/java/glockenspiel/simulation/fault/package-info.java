/**
 * What goes wrong in the simulated cluster: kinds of faults, and the driver that draws them from
 * the seed and takes them back. The world calls in; it imports the processes and the network.
 */
@NullMarked
package glockenspiel.simulation.fault;

import org.jspecify.annotations.NullMarked;
