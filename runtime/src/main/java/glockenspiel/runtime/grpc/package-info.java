/**
 * How every service of Glockenspiel listens and connects: the same limits, keepalive, security,
 * health, reflection and tracing everywhere. Only {@code grpc} and {@code app} packages call in; it
 * imports the telemetry and gRPC. The numbers stand in {@code docs/protocols/wire.md}.
 */
@NullMarked
package glockenspiel.runtime.grpc;

import org.jspecify.annotations.NullMarked;
