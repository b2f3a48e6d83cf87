/**
 * The whole cluster in one thread, from one seed. Only the command calls in; it imports the cores
 * of the three services, never their gRPC or their wiring.
 */
@NullMarked
package glockenspiel.simulation;

import org.jspecify.annotations.NullMarked;
