package glockenspiel.node.grpc;

import static glockenspiel.protocol.wire.FieldCheck.ARGUMENT;

import com.google.protobuf.UnsafeByteOperations;
import glockenspiel.node.v1.ReadFileRequest;
import glockenspiel.node.v1.ReadFileResponse;
import glockenspiel.runtime.grpc.ServerStream;
import glockenspiel.runtime.task.SerialOwner;
import glockenspiel.runtime.task.Signal;
import java.nio.ByteBuffer;

/**
 * Reads a file for one caller, a piece at a time, and the next piece only when the caller has taken
 * enough of those before. Each piece is an operation of its own: a file that others change
 * meanwhile may be read half old, half new, as with any two reads.
 */
final class FileRead {
  private static final int PIECE_BYTES = 256 * 1024;

  private final ServedNode served;
  private final ServerStream<ReadFileResponse> stream;
  private final ReadFileRequest request;
  private final Signal changed;

  FileRead(
      SerialOwner owner,
      ServedNode served,
      ServerStream<ReadFileResponse> stream,
      ReadFileRequest request) {
    this.served = served;
    this.stream = stream;
    this.request = request;
    this.changed = new Signal(owner);
  }

  /** Runs to the end of the call. Only inside a task. */
  void run() {
    String path = FilePaths.path("path", request.getPath());
    long offset = ARGUMENT.count("offset", request.getOffset());
    long length = ARGUMENT.count("length", request.getLength());
    long left = length == 0 ? Long.MAX_VALUE : length;
    stream.whenReady(changed::raise);
    stream.whenGone(changed::raise);
    while (left > 0 && awaitReader()) {
      long from = offset;
      int wanted = (int) Math.min(left, PIECE_BYTES);
      ByteBuffer piece = served.operate(files -> files.read(path, from, wanted));
      int bytes = piece.remaining();
      if (bytes > 0) {
        // The buffer is this read's own, and nobody writes into it any more.
        stream.send(
            ReadFileResponse.newBuilder()
                .setOffset(offset)
                .setContent(UnsafeByteOperations.unsafeWrap(piece))
                .build());
      }
      left = bytes < wanted ? 0 : left - bytes;
      offset += bytes;
    }
    stream.complete();
  }

  /** Returns false when the caller has gone away. */
  private boolean awaitReader() {
    while (!stream.isOver() && !stream.isReady()) {
      changed.await();
    }
    return !stream.isOver();
  }
}
