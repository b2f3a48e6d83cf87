package glockenspiel.bench.limit;

import glockenspiel.bench.measure.Samples;
import glockenspiel.bench.v1.EchoRequest;
import glockenspiel.bench.v1.EchoResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One stream over its own connection. What comes back is handled on the transport's thread. */
final class EchoStream implements ClientResponseObserver<EchoRequest, EchoResponse>, AutoCloseable {
  /** What is being done; set before the first message of a measurement goes. */
  private interface Exchange {
    void cameBack(EchoResponse response);
  }

  private final ManagedChannel channel;

  /** A stream takes messages from one thread at a time: who begins, then the transport's. */
  private final ReentrantLock sending = new ReentrantLock();

  private @Nullable ClientCallStreamObserver<EchoRequest> requests;
  private volatile Exchange exchange = response -> {};

  EchoStream(ManagedChannel channel) {
    this.channel = channel;
  }

  private ClientCallStreamObserver<EchoRequest> requests() {
    return Objects.requireNonNull(requests);
  }

  /** Adds so many samples. */
  void pingPong(Samples samples, int count) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    EchoRequest request = EchoLimit.request(1, 1);
    exchange =
        new Exchange() {
          private long sentNanos = System.nanoTime();
          private int left = count;

          @Override
          public void cameBack(EchoResponse response) {
            long now = System.nanoTime();
            samples.add(now - sentNanos);
            left--;
            if (left == 0) {
              done.countDown();
              return;
            }
            sentNanos = now;
            requests().onNext(request);
          }
        };
    requests().onNext(request);
    done.await();
  }

  /** Says that one, again when it comes back, until a time; counts what comes back. */
  void pingPong(EchoRequest request, long endNanos, LongAdder cameBack, CountDownLatch done) {
    exchange =
        _ -> {
          cameBack.increment();
          if (System.nanoTime() - endNanos < 0) {
            requests().onNext(request);
          } else {
            done.countDown();
          }
        };
    sending.lock();
    try {
      requests().onNext(request);
    } finally {
      sending.unlock();
    }
  }

  /** Sends so many messages, a window of them ahead. */
  void batched(int messages, CountDownLatch done) {
    int ahead = Math.min(messages, EchoLimit.WINDOW / EchoLimit.BATCH);
    exchange =
        new Exchange() {
          private int sent = ahead;
          private int returned;

          @Override
          public void cameBack(EchoResponse response) {
            if (sent < messages) {
              requests().onNext(EchoLimit.request(++sent, response.getItemsCount()));
            }
            if (++returned == messages) {
              done.countDown();
            }
          }
        };
    sending.lock();
    try {
      for (int i = 0; i < ahead; i++) {
        requests().onNext(EchoLimit.request(i, EchoLimit.BATCH));
      }
    } finally {
      sending.unlock();
    }
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<EchoRequest> stream) {
    requests = stream;
  }

  @Override
  public void onNext(EchoResponse response) {
    sending.lock();
    try {
      exchange.cameBack(response);
    } finally {
      sending.unlock();
    }
  }

  @Override
  public void onError(Throwable failure) {
    // The channel was closed; a measurement that is under way never ends, and the run is stopped.
  }

  @Override
  public void onCompleted() {
    // The server never ends a stream.
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
