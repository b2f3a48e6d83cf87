package glockenspiel.cli.online;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;

/** Makes of a call that did not get through a status that says who, where, and what to do. */
record UnreachableNamed(String service, String address, String flag) implements ClientInterceptor {
  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<A> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<>(listener) {
              @Override
              public void onClose(Status status, Metadata trailers) {
                super.onClose(named(status), trailers);
              }
            },
            headers);
      }
    };
  }

  private Status named(Status status) {
    return switch (status.getCode()) {
      // A service that answers UNAVAILABLE itself says why; only the transport has a cause.
      case UNAVAILABLE ->
          status.getCause() == null
              ? status
              : status.withDescription(
                  "%s at %s cannot be reached: %s; is it running? %s says where"
                      .formatted(service, address, reason(status.getCause()), flag));
      case DEADLINE_EXCEEDED ->
          status.withDescription(
              "%s at %s gave no answer in time; --timeout gives it more, %s says where it is"
                  .formatted(service, address, flag));
      default -> status;
    };
  }

  private static String reason(Throwable cause) {
    Throwable deepest = cause;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
  }
}
