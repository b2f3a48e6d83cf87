/**
 * A whole cluster in one process: a lock-manager, a journal-service on an image file, and
 * node-agents, all talking gRPC over real local sockets, with the faults that a demonstration or a
 * test wants. The demo, {@code glock up} and tests call in; it imports the apps.
 */
@NullMarked
package glockenspiel.cli.cluster;

import org.jspecify.annotations.NullMarked;
