package glockenspiel.node.grpc;

import static glockenspiel.protocol.wire.FieldCheck.ARGUMENT;

import glockenspiel.node.v1.NodeErrorReason;
import glockenspiel.node.v1.WriteFileRequest;
import glockenspiel.node.v1.WriteFileResponse;
import glockenspiel.protocol.wire.NodeErrors;
import glockenspiel.runtime.grpc.ServerStream;
import glockenspiel.runtime.task.SerialOwner;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;

/**
 * Writes a file for one caller, a message at a time, in order. A message is let in when one before
 * it has been written, so that the caller is held back by the transport and not by memory. All but
 * what comes from the transport belongs to the owner.
 */
final class FileWrite implements StreamObserver<WriteFileRequest> {
  /** One is written while the next one comes. */
  private static final int WINDOW = 2;

  private final SerialOwner owner;
  private final ServedNode served;
  private final ServerStream<WriteFileResponse> stream;
  private final ServerCallStreamObserver<WriteFileResponse> call;
  private final ArrayDeque<WriteFileRequest> waiting = new ArrayDeque<>();
  private String path = "";
  private boolean sync;
  private long offset;
  private long written;
  private boolean halfClosed;
  private boolean running;

  private FileWrite(
      SerialOwner owner, ServedNode served, ServerCallStreamObserver<WriteFileResponse> call) {
    this.owner = owner;
    this.served = served;
    this.call = call;
    this.stream = ServerStream.open(call, owner);
  }

  static FileWrite begin(
      SerialOwner owner, ServedNode served, StreamObserver<WriteFileResponse> observer) {
    var call = (ServerCallStreamObserver<WriteFileResponse>) observer;
    FileWrite write = new FileWrite(owner, served, call);
    call.disableAutoRequest();
    call.request(WINDOW);
    return write;
  }

  @Override
  public void onNext(WriteFileRequest request) {
    ServerStream.handOver(
        owner,
        () -> {
          waiting.addLast(request);
          goOn();
        });
  }

  @Override
  public void onCompleted() {
    ServerStream.handOver(
        owner,
        () -> {
          halfClosed = true;
          goOn();
        });
  }

  /** The caller has gone away; the stream knows. */
  @Override
  public void onError(Throwable gone) {}

  private void goOn() {
    if (running || stream.isOver() || (waiting.isEmpty() && !halfClosed)) {
      return;
    }
    running = true;
    FileTask.start(owner, "write", stream, this::runOne)
        .whenDone(
            (value, failure) -> {
              running = false;
              goOn();
            });
  }

  /** Writes the message that has come first, or ends the call behind the last. */
  private void runOne() {
    WriteFileRequest request = waiting.pollFirst();
    if (request == null) {
      finish();
      return;
    }
    accept(request);
    long from = offset + written;
    int bytes = request.getContent().size();
    int done =
        served.operate(
            files -> files.write(path, from, request.getContent().asReadOnlyByteBuffer()));
    written += done;
    if (done < bytes) {
      throw NodeErrors.status(
          NodeErrorReason.NODE_ERROR_REASON_NO_SPACE,
          path + ": the volume became full after " + written + " bytes");
    }
    call.request(1);
  }

  private void accept(WriteFileRequest request) {
    if (path.isEmpty()) {
      path = FilePaths.path("path", request.getPath());
      offset = ARGUMENT.count("offset", request.getOffset());
      sync = request.getSync();
    } else if (!request.getPath().isEmpty() && !request.getPath().equals(path)) {
      throw ARGUMENT.bad("path", "is not the one of the first message");
    }
  }

  private void finish() {
    ARGUMENT.present("path", !path.isEmpty());
    if (sync) {
      served.<String>operate(
          files -> {
            files.fsync(path);
            return path;
          });
    }
    stream.complete(WriteFileResponse.newBuilder().setBytesWritten(written).build());
  }
}
