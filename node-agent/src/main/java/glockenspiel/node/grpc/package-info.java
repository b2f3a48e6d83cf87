/**
 * The node-agent's wires: the lock-manager and the journal-service as ports of the node, and the
 * node's own services. Only translates: message in, call of the core, answer out. The app wires it;
 * it imports the core packages, the protocol and gRPC.
 */
@NullMarked
package glockenspiel.node.grpc;

import org.jspecify.annotations.NullMarked;
