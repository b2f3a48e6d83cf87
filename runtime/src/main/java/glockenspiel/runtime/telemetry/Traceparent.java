package glockenspiel.runtime.telemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import org.jspecify.annotations.Nullable;

/** Identities of spans as W3C traceparent strings; the empty string is "no trace". */
public final class Traceparent {
  private static final String FIELD = "traceparent";

  /** The carrier is the string itself. */
  private static final TextMapGetter<String> STRING =
      new TextMapGetter<>() {
        @Override
        public @Nullable String get(@Nullable String carrier, String key) {
          return key.equals(FIELD) ? carrier : null;
        }
      };

  private Traceparent() {}

  /** A context with the span of that identity in it; without one when it is empty or none. */
  static Context context(String traceparent) {
    return traceparent.isEmpty()
        ? Context.root()
        : W3CTraceContextPropagator.getInstance().extract(Context.root(), traceparent, STRING);
  }

  /** The identity of a span; empty when it is not valid. */
  static String of(Span span) {
    SpanContext context = span.getSpanContext();
    return context.isValid()
        ? "00-"
            + context.getTraceId()
            + "-"
            + context.getSpanId()
            + "-"
            + context.getTraceFlags().asHex()
        : "";
  }

  /** The trace id in an identity, for logs; empty when there is none. */
  public static String traceId(String traceparent) {
    SpanContext context = Span.fromContext(context(traceparent)).getSpanContext();
    return context.isValid() ? context.getTraceId() : "";
  }
}
