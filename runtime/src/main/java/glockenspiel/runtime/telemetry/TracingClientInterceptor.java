package glockenspiel.runtime.telemetry;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;

/**
 * Sends the identity of the span that caused a call along with it, in the header {@code
 * traceparent}. A unary call is a span of its own; a stream is none, because no span lives as long
 * as a stream.
 */
public final class TracingClientInterceptor implements ClientInterceptor {
  /** The traceparent of what causes the call; empty for none. */
  public static final CallOptions.Key<String> PARENT =
      CallOptions.Key.createWithDefault("glockenspiel.traceparent", "");

  static final Metadata.Key<String> HEADER =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);

  private final Telemetry telemetry;

  /** Spans go to that telemetry. */
  public TracingClientInterceptor(Telemetry telemetry) {
    this.telemetry = telemetry;
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    String parent = options.getOption(PARENT);
    boolean spans = telemetry.isOn() && method.getType() == MethodDescriptor.MethodType.UNARY;
    ClientCall<Q, A> call = next.newCall(method, options);
    if (!spans && parent.isEmpty()) {
      return call;
    }
    return new SimpleForwardingClientCall<>(call) {
      @Override
      public void start(Listener<A> listener, Metadata headers) {
        if (!spans) {
          headers.put(HEADER, parent);
          super.start(listener, headers);
          return;
        }
        Span span =
            telemetry
                .tracer()
                .spanBuilder(method.getFullMethodName())
                .setSpanKind(SpanKind.CLIENT)
                .setParent(Traceparent.context(parent))
                .setAttribute("rpc.system", "grpc")
                .startSpan();
        headers.put(HEADER, Traceparent.of(span));
        super.start(ending(listener, span), headers);
      }
    };
  }

  private static <A> ClientCall.Listener<A> ending(ClientCall.Listener<A> listener, Span span) {
    return new SimpleForwardingClientCallListener<>(listener) {
      @Override
      public void onClose(Status status, Metadata trailers) {
        end(span, status);
        super.onClose(status, trailers);
      }
    };
  }

  static void end(Span span, Status status) {
    span.setAttribute("rpc.grpc.status_code", status.getCode().value());
    if (!status.isOk()) {
      span.setStatus(StatusCode.ERROR, status.getCode().name());
    }
    span.end();
  }
}
