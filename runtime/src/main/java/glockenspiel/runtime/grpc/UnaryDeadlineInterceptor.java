package glockenspiel.runtime.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Gives a deadline to each unary call that has none. */
final class UnaryDeadlineInterceptor implements ClientInterceptor {
  private final long deadlineMillis;

  UnaryDeadlineInterceptor(Duration deadline) {
    this.deadlineMillis = deadline.toMillis();
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    boolean without =
        method.getType() == MethodDescriptor.MethodType.UNARY && options.getDeadline() == null;
    return next.newCall(
        method,
        without ? options.withDeadlineAfter(deadlineMillis, TimeUnit.MILLISECONDS) : options);
  }
}
