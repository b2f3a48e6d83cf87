package glockenspiel.cli.service;

import java.util.concurrent.CountDownLatch;

/** A service in the foreground: SIGTERM and Ctrl-C stop it in order and end the process. */
final class Foreground {
  private final CountDownLatch ended = new CountDownLatch(1);

  private Foreground() {}

  /**
   * From now on the end of the process runs {@code stop}. Comes before anybody is told that the
   * service is there.
   */
  static Foreground stoppedBy(Runnable stop) {
    Foreground foreground = new Foreground();
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("stop")
                .unstarted(
                    () -> {
                      stop.run();
                      foreground.ended.countDown();
                    }));
    return foreground;
  }

  /** Returns never by itself. */
  void await() {
    try {
      ended.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stays until the process is told to end. */
  static void runUntilStopped(Runnable stop) {
    stoppedBy(stop).await();
  }
}
