package glockenspiel.runtime.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.MethodDescriptor;

/**
 * Begins each call outside the context of whoever begins it.
 *
 * <p>Is there a problem if a call begins inside the context of another one that is being served?
 * Yes: gRPC ends it with that one. A session's stream, which any thread may happen to open, would
 * break whenever somebody else's question was answered.
 */
final class OwnContextInterceptor implements ClientInterceptor {
  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    Context caller = Context.ROOT.attach();
    try {
      // A call remembers the context that it was made in.
      return next.newCall(method, options);
    } finally {
      Context.ROOT.detach(caller);
    }
  }
}
