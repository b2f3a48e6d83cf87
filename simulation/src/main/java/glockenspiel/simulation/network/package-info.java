/**
 * The simulated network: the node's two ports, and the ways between the processes, which take time,
 * lose, break and heal. Messages are observed here. The processes call in; it imports the
 * protocol's words and the deterministic owners, and draws from the seed's random numbers alone.
 */
@NullMarked
package glockenspiel.simulation.network;

import org.jspecify.annotations.NullMarked;
