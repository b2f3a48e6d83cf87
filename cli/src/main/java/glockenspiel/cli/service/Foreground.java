package glockenspiel.cli.service;

import java.util.concurrent.CountDownLatch;

/**
 * Keeps a service in the foreground until the process is told to end, and stops it in order then.
 */
final class Foreground {
  private Foreground() {}

  /** Returns never by itself: SIGTERM and Ctrl-C run {@code stop} and end the process. */
  static void runUntilStopped(Runnable stop) {
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("stop")
                .unstarted(
                    () -> {
                      stop.run();
                      ended.countDown();
                    }));
    try {
      ended.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
