package glockenspiel.runtime.telemetry;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Takes the identity of the caller's span from the header {@code traceparent}. A unary call is a
 * span of its own, and its handler finds that one; a stream's handler finds the caller's.
 */
public final class TracingServerInterceptor implements ServerInterceptor {
  private static final Context.Key<String> CURRENT = Context.key("glockenspiel.traceparent");
  private static final int TRACEPARENT_LENGTH_MAX = 256;

  private final Telemetry telemetry;

  /** Spans go to that telemetry. */
  public TracingServerInterceptor(Telemetry telemetry) {
    this.telemetry = telemetry;
  }

  /**
   * The traceparent that belongs to the call whose handler asks; empty for none. Ask before handing
   * over to another thread.
   */
  public static String current() {
    String traceparent = CURRENT.get();
    return traceparent == null ? "" : traceparent;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String header = headers.get(TracingClientInterceptor.HEADER);
    String parent = header == null || header.length() > TRACEPARENT_LENGTH_MAX ? "" : header;
    MethodDescriptor<Q, A> method = call.getMethodDescriptor();
    if (!telemetry.isOn() || method.getType() != MethodDescriptor.MethodType.UNARY) {
      return parent.isEmpty()
          ? next.startCall(call, headers)
          : Contexts.interceptCall(
              Context.current().withValue(CURRENT, parent), call, headers, next);
    }
    Span span =
        telemetry
            .tracer()
            .spanBuilder(method.getFullMethodName())
            .setSpanKind(SpanKind.SERVER)
            .setParent(Traceparent.context(parent))
            .setAttribute("rpc.system", "grpc")
            .startSpan();
    AtomicBoolean ended = new AtomicBoolean();
    ServerCall<Q, A> ending =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            if (ended.compareAndSet(false, true)) {
              TracingClientInterceptor.end(span, status);
            }
            super.close(status, trailers);
          }
        };
    Context context = Context.current().withValue(CURRENT, Traceparent.of(span));
    return new SimpleForwardingServerCallListener<>(
        Contexts.interceptCall(context, ending, headers, next)) {
      @Override
      public void onCancel() {
        if (ended.compareAndSet(false, true)) {
          TracingClientInterceptor.end(span, Status.CANCELLED);
        }
        super.onCancel();
      }
    };
  }
}
