/**
 * Traces and metrics, by OpenTelemetry's own autoconfiguration: off unless an {@code OTEL_*}
 * variable or an {@code otel.*} property is set. Identities of spans travel through the rooms as
 * W3C traceparent strings, so that cores need not know OpenTelemetry. Only {@code app} and {@code
 * grpc} packages call in; it imports OpenTelemetry and gRPC's API.
 */
@NullMarked
package glockenspiel.runtime.telemetry;

import org.jspecify.annotations.NullMarked;
