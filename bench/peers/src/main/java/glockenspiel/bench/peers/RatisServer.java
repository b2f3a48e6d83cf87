package glockenspiel.bench.peers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;

/** A server of Apache Ratis that is alone in its group, and does nothing with its log's entries. */
final class RatisServer {
  private static final String HOST = "127.0.0.1";
  private static final String NAME = "alone";

  /** Held here: a logger that nobody holds forgets its level. */
  private static final Logger TRANSPORT = Logger.getLogger("org.apache.ratis.thirdparty");

  static {
    // It tells everyone that it has epoll.
    TRANSPORT.setLevel(Level.WARNING);
  }

  private RatisServer() {}

  /** The group of a server on that port of 127.0.0.1. */
  static RaftGroup group(int port) {
    RaftPeer peer = RaftPeer.newBuilder().setId(NAME).setAddress(HOST + ":" + port).build();
    UUID id = UUID.nameUUIDFromBytes(NAME.getBytes(StandardCharsets.UTF_8));
    return RaftGroup.valueOf(RaftGroupId.valueOf(id), peer);
  }

  /** Starts it, with its defaults for everything but where it listens and writes. */
  static RaftServer start(int port, Path folder) throws IOException {
    RaftProperties properties = new RaftProperties();
    GrpcConfigKeys.Server.setHost(properties, HOST);
    GrpcConfigKeys.Server.setPort(properties, port);
    RaftServerConfigKeys.setStorageDir(properties, List.of(folder.toFile()));
    RaftGroup group = group(port);
    RaftServer server =
        RaftServer.newBuilder()
            .setServerId(group.getPeers().iterator().next().getId())
            .setGroup(group)
            .setProperties(properties)
            .setStateMachine(new NoState())
            .build();
    server.start();
    return server;
  }

  private static final class NoState extends BaseStateMachine {
    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
      LogEntryProto entry = transaction.getLogEntry();
      var _ = updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
      return CompletableFuture.completedFuture(Message.EMPTY);
    }
  }
}
