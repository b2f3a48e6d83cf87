package glockenspiel.journal.grpc;

import glockenspiel.journal.v1.ReadBlocksResponse;
import glockenspiel.protocol.wire.BlockWire;
import glockenspiel.protocol.wire.StorageErrors;
import glockenspiel.runtime.grpc.ServerStream;
import glockenspiel.runtime.task.Promise;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Reads blocks piece by piece, a few pieces ahead of what the reader has taken, and sends them in
 * order.
 */
final class ReadCall {
  private static final int PIECE_BYTES = 256 * 1024;
  private static final int PIECES_AHEAD = 4;

  private record Piece(int first, Promise<List<ByteBuffer>> content) {}

  private final ServerStream<ReadBlocksResponse> stream;
  private final ServedVolume served;
  private final List<Long> blocks;
  private final int pieceBlocks;
  private final Deque<Piece> underWay = new ArrayDeque<>();
  private int asked;
  private int sent;

  ReadCall(ServerStream<ReadBlocksResponse> stream, ServedVolume served, List<Long> blocks) {
    this.stream = stream;
    this.served = served;
    this.blocks = blocks;
    this.pieceBlocks = PIECE_BYTES / served.info().blockSize();
  }

  void start() {
    stream.whenReady(this::goOn);
  }

  private void goOn() {
    boolean moved = true;
    while (moved && !stream.isOver()) {
      boolean asking = askNext();
      moved = sendNext() || asking;
    }
    if (sent == blocks.size()) {
      stream.complete();
    }
  }

  private boolean askNext() {
    if (asked == blocks.size() || underWay.size() == PIECES_AHEAD) {
      return false;
    }
    int end = Math.min(asked + pieceBlocks, blocks.size());
    Piece piece = new Piece(asked, served.volume().read(blocks.subList(asked, end)));
    asked = end;
    underWay.addLast(piece);
    if (!piece.content().isDone()) {
      piece.content().whenDone((_, _) -> goOn());
    }
    return true;
  }

  private boolean sendNext() {
    if (underWay.isEmpty() || !underWay.getFirst().content().isDone() || !stream.isReady()) {
      return false;
    }
    Piece piece = underWay.removeFirst();
    if (piece.content().isFailed()) {
      piece
          .content()
          .whenDone(
              (_, failure) -> stream.fail(StorageErrors.status(ServedVolumes.exception(failure))));
      return false;
    }
    send(piece);
    return true;
  }

  private void send(Piece piece) {
    ReadBlocksResponse.Builder answer = ReadBlocksResponse.newBuilder();
    int block = piece.first();
    for (ByteBuffer content : piece.content().get()) {
      answer.addRuns(BlockWire.run(blocks.get(block), content));
      block++;
    }
    sent = block;
    stream.send(answer.build());
  }
}
