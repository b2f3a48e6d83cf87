/**
 * Locks for applications: a session in a namespace of the lock-manager, with the cache of held
 * locks that node-agents use. Applications call in; it imports the node-agent's locks and their
 * gRPC adapter, the protocol and the runtime. {@code docs/application-locks.md} shows how to use
 * it.
 */
@NullMarked
package glockenspiel.client;

import org.jspecify.annotations.NullMarked;
