/**
 * A whole cluster of processes on this machine: each service a {@code glock} of its own that can be
 * killed, stopped, cut off and started again, and the files of its nodes over gRPC. {@code glock
 * soak} and tests call in; it imports the public interfaces and the relays of {@code cluster}.
 */
@NullMarked
package glockenspiel.cli.process;

import org.jspecify.annotations.NullMarked;
