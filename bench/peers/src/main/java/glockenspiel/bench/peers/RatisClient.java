package glockenspiel.bench.peers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/** Appends 4 KiB to the log of a {@link RatisServer} each time it is asked. */
public final class RatisClient implements Supplier<CompletionStage<?>>, AutoCloseable {
  private static final int BYTES = 4096;

  private final Message message =
      Message.valueOf(UnsafeByteOperations.unsafeWrap(ByteBuffer.allocate(BYTES)));
  private final RaftClient client;

  /** A client of the server on that port of 127.0.0.1. */
  public RatisClient(int port) {
    client =
        RaftClient.newBuilder()
            .setProperties(new RaftProperties())
            .setRaftGroup(RatisServer.group(port))
            .build();
  }

  /** Done when they are durable. */
  @Override
  public CompletionStage<RaftClientReply> get() {
    return client.async().send(message).thenApply(RatisClient::successful);
  }

  private static RaftClientReply successful(RaftClientReply reply) {
    if (!reply.isSuccess()) {
      throw new IllegalStateException("Ratis refused: " + reply);
    }
    return reply;
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
