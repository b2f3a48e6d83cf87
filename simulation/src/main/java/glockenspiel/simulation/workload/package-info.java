/**
 * What the nodes of the simulated cluster are used for, and what they must then see: each answer of
 * the file system is held against the history of all that was ever asked of any node. The world
 * calls in; it imports the node-agent's file system and glocks.
 */
@NullMarked
package glockenspiel.simulation.workload;

import org.jspecify.annotations.NullMarked;
