/**
 * The one translation between the words of the protocol and the protos, used by both ends of every
 * wire: pure static functions, each with its inverse. What comes in is not trusted: every field is
 * checked, and a bad one is named. Errors cross as a status with {@code google.rpc.ErrorInfo};
 * {@code docs/protocols/wire.md} has the table. The gRPC adapters call in; it imports the words and
 * the protos.
 */
@NullMarked
package glockenspiel.protocol.wire;

import org.jspecify.annotations.NullMarked;
