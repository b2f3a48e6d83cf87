package glockenspiel.node.grpc;

import glockenspiel.runtime.grpc.ServerStream;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import org.jspecify.annotations.Nullable;

/** Runs what a call wants as a task. What it throws ends the call. */
final class FileTask {
  private FileTask() {}

  /** From any thread. A call that is over before its task begins is not served. */
  static void handOver(SerialOwner owner, String name, ServerStream<?> stream, Runnable body) {
    owner.execute(
        () -> {
          if (!stream.isOver()) {
            start(owner, name, stream, body);
          }
        });
  }

  /**
   * On the owner.
   *
   * @param body may throw {@link IllegalArgumentException} for a bad field of the request
   * @return done when the task has ended and, if it threw, the call
   */
  static Promise<@Nullable Void> start(
      SerialOwner owner, String name, ServerStream<?> stream, Runnable body) {
    Promise<@Nullable Void> ended =
        owner.start(
            name,
            () -> {
              body.run();
              return null;
            });
    ended.whenDone(
        (value, failure) -> {
          if (failure != null) {
            stream.fail(NodeFailures.ofRequest(failure));
          }
        });
    return ended;
  }
}
