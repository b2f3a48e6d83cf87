/**
 * The lock-manager's public interface: messages become events of the core, effects become messages.
 * It translates and decides nothing. Only {@code app} calls in; it imports the core, the protocol
 * and the gRPC bootstrap.
 */
@NullMarked
package glockenspiel.lockmanager.grpc;

import org.jspecify.annotations.NullMarked;
