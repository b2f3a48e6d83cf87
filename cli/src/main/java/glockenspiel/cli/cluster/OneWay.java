package glockenspiel.cli.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * One direction of a connection. What comes in is kept with the time at which it may go out, so
 * that a delay holds up every byte and not the rate.
 */
final class OneWay {
  private static final int BUFFER_BYTES = 64 * 1024;

  /** On the way at once; who sends more is held back by TCP. */
  private static final int ON_THE_WAY_BYTES_MAX = 4 << 20;

  /** Bytes on their way; none stand for the end. */
  private record Piece(ByteBuffer bytes, long dueNanos) {
    boolean isEnd() {
      return !bytes.hasRemaining();
    }
  }

  private final Line line;
  private final Socket from;
  private final Socket to;
  private final Runnable ended;
  private final LinkedBlockingQueue<Piece> onTheWay = new LinkedBlockingQueue<>();
  private final Semaphore room = new Semaphore(ON_THE_WAY_BYTES_MAX);

  private OneWay(Line line, Socket from, Socket to, Runnable ended) {
    this.line = line;
    this.from = from;
    this.to = to;
    this.ended = ended;
  }

  /**
   * Begins to pass bytes on.
   *
   * @param ended called, perhaps twice, when an end has gone; not when bytes were lost
   */
  static void start(Line line, Socket from, Socket to, Runnable ended) {
    OneWay way = new OneWay(line, from, to, ended);
    Thread writer = Thread.ofVirtual().name("relay-out").start(way::write);
    Thread.ofVirtual().name("relay-in").start(() -> way.read(writer));
  }

  private void read(Thread writer) {
    byte[] buffer = new byte[BUFFER_BYTES];
    try {
      InputStream in = from.getInputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        room.acquire(count);
        add(ByteBuffer.wrap(Arrays.copyOf(buffer, count)));
      }
      add(ByteBuffer.allocate(0));
    } catch (IOException broken) {
      // Nothing that is still on its way can be answered.
      writer.interrupt();
      ended.run();
    } catch (InterruptedException never) {
      Thread.currentThread().interrupt();
    }
  }

  private void add(ByteBuffer bytes) {
    onTheWay.add(new Piece(bytes, System.nanoTime() + line.delayNanos()));
  }

  private void write() {
    try {
      OutputStream out = to.getOutputStream();
      while (true) {
        Piece piece = onTheWay.take();
        TimeUnit.NANOSECONDS.sleep(piece.dueNanos() - System.nanoTime());
        if (!line.awaitPassing()) {
          // Both ends keep waiting until the line is healed, and the connection reset.
          return;
        }
        if (piece.isEnd()) {
          ended.run();
          return;
        }
        int count = piece.bytes().remaining();
        TimeUnit.NANOSECONDS.sleep(line.transferNanos(count));
        out.write(piece.bytes().array(), 0, count);
        room.release(count);
      }
    } catch (IOException broken) {
      ended.run();
    } catch (InterruptedException gone) {
      // The reader has ended the connection.
    }
  }
}
