package glockenspiel.bench.limit;

import glockenspiel.bench.v1.EchoRequest;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

/** Some open streams, each over a connection of its own. */
public final class EchoStreams implements AutoCloseable {
  private final List<EchoStream> all;

  EchoStreams(List<EchoStream> all) {
    this.all = all;
  }

  EchoStream first() {
    return all.getFirst();
  }

  /** Has each say one item, so that its connection is there. */
  void await() throws InterruptedException {
    var _ = pingPong(1, 0);
  }

  double batched(int messagesEach) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(all.size());
    long begin = System.nanoTime();
    for (EchoStream stream : all) {
      stream.batched(messagesEach, done);
    }
    done.await();
    double seconds = (System.nanoTime() - begin) / 1e9;
    return (double) messagesEach * EchoLimit.BATCH * all.size() / seconds;
  }

  /**
   * All of them at once, for a time: each says one item, and the next when it has come back.
   *
   * @param bytes of an item
   * @param nanos after it none goes out; those that are under way count, and so does their time
   * @return items that came back in a second
   */
  public double pingPong(int bytes, long nanos) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(all.size());
    LongAdder cameBack = new LongAdder();
    EchoRequest request = EchoLimit.request(bytes);
    long begin = System.nanoTime();
    for (EchoStream stream : all) {
      stream.pingPong(request, begin + nanos, cameBack, done);
    }
    done.await();
    return cameBack.sum() / ((System.nanoTime() - begin) / 1e9);
  }

  @Override
  public void close() {
    all.forEach(EchoStream::close);
  }
}
