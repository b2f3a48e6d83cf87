package glockenspiel.bench.limit;

import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Some open streams. */
record EchoStreams(List<EchoStream> all) implements AutoCloseable {
  EchoStream first() {
    return all.getFirst();
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

  @Override
  public void close() {
    all.forEach(EchoStream::close);
  }
}
