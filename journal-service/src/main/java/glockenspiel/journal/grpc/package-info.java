/**
 * The journal-service's public interface: messages become calls of a volume, promises become
 * answers. It translates and decides nothing. Only {@code app} calls in; it imports the core, the
 * protocol and the gRPC bootstrap.
 */
@NullMarked
package glockenspiel.journal.grpc;

import org.jspecify.annotations.NullMarked;
