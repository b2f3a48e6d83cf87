/** Tests of the node-agent's wires, with real stubs over in-process gRPC. */
@NullMarked
package glockenspiel.node.grpc;

import org.jspecify.annotations.NullMarked;
