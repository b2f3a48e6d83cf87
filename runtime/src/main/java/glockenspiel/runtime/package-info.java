/**
 * What every service shares, in packages of its own: the serial owner, explicit states, and the
 * start of gRPC servers and channels. Every room may call in; it imports no other room but the
 * protos.
 */
@NullMarked
package glockenspiel.runtime;

import org.jspecify.annotations.NullMarked;
