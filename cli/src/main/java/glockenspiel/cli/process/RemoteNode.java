package glockenspiel.cli.process;

import glockenspiel.cli.cluster.FileAccess;
import glockenspiel.cli.cluster.VolumeFiles;
import glockenspiel.node.filesystem.FileSystemException;
import glockenspiel.node.filesystem.FileSystemException.Code;
import glockenspiel.node.v1.GetStatusRequest;
import glockenspiel.node.v1.MountRequest;
import glockenspiel.node.v1.NodeAgentServiceGrpc;
import glockenspiel.node.v1.NodeErrorReason;
import glockenspiel.node.v1.NodeState;
import glockenspiel.protocol.wire.ErrorWire;
import glockenspiel.protocol.wire.NodeErrors;
import glockenspiel.runtime.grpc.GrpcChannel;
import glockenspiel.runtime.grpc.TransportSecurity;
import glockenspiel.runtime.telemetry.Telemetry;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A node in another process, as its users reach it. */
public final class RemoteNode implements FileAccess, AutoCloseable {
  private static final long MOUNT_SECONDS = 60;

  private final String name;
  private final GrpcChannel channel;
  private final RemoteFiles files;

  private RemoteNode(String name, GrpcChannel channel) {
    this.name = name;
    this.channel = channel;
    this.files = new RemoteFiles(channel.channel());
  }

  /** Connects to a node. */
  public static RemoteNode of(String name, ServiceProcess node)
      throws IOException, InterruptedException {
    return new RemoteNode(
        name, GrpcChannel.open(node.address(), TransportSecurity.INSECURE, Telemetry.NONE));
  }

  @Override
  public String name() {
    return name;
  }

  /**
   * Has it mount its volume again, unless it does so or has done so by itself; returns when files
   * can be used, after a minute at most.
   *
   * @throws StatusRuntimeException when it cannot
   */
  public void mount() {
    try {
      var _ =
          NodeAgentServiceGrpc.newBlockingStub(channel.channel())
              .withDeadlineAfter(MOUNT_SECONDS, TimeUnit.SECONDS)
              .mount(MountRequest.getDefaultInstance());
    } catch (StatusRuntimeException refused) {
      if (NodeErrors.reason(refused) != NodeErrorReason.NODE_ERROR_REASON_ALREADY_MOUNTED
          || state() != NodeState.NODE_STATE_MOUNTED) {
        throw refused;
      }
    }
  }

  /**
   * What it does now.
   *
   * @throws StatusRuntimeException when it does not answer
   */
  public NodeState state() {
    return NodeAgentServiceGrpc.newBlockingStub(channel.channel())
        .getStatus(GetStatusRequest.getDefaultInstance())
        .getStatus()
        .getState();
  }

  @Override
  public <T extends @Nullable Object> T files(Function<VolumeFiles, T> operation) {
    try {
      return operation.apply(files);
    } catch (StatusRuntimeException failure) {
      Code code = code(NodeErrors.reason(failure));
      if (code == null) {
        throw new GoneException(name + ": " + failure.getMessage(), failure);
      }
      throw new FileSystemException(code, ErrorWire.message(failure));
    }
  }

  /** What the file system has refused; null when it was not the file system. */
  private static @Nullable Code code(NodeErrorReason reason) {
    return switch (reason) {
      case NODE_ERROR_REASON_NO_SUCH_ENTRY -> Code.NOT_FOUND;
      case NODE_ERROR_REASON_ENTRY_EXISTS -> Code.EXISTS;
      case NODE_ERROR_REASON_NOT_A_DIRECTORY -> Code.NOT_A_DIRECTORY;
      case NODE_ERROR_REASON_IS_A_DIRECTORY -> Code.IS_A_DIRECTORY;
      case NODE_ERROR_REASON_NOT_EMPTY -> Code.NOT_EMPTY;
      case NODE_ERROR_REASON_NO_SPACE -> Code.NO_ROOM_IN_DIRECTORY;
      case NODE_ERROR_REASON_BAD_NAME -> Code.NAME_TOO_LONG;
      case NODE_ERROR_REASON_INVALID_ARGUMENT -> Code.INVALID;
      case NODE_ERROR_REASON_FILE_TOO_LARGE -> Code.FILE_TOO_LARGE;
      default -> null;
    };
  }

  @Override
  public void close() {
    channel.close();
  }
}
