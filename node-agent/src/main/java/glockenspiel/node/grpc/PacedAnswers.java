package glockenspiel.node.grpc;

import glockenspiel.runtime.grpc.ServerStream;
import java.util.Iterator;

/** Answers that are all known, sent as fast as the reader takes them. On the owner. */
final class PacedAnswers {
  private PacedAnswers() {}

  /** Sends them all and ends the call. */
  static <A> void send(ServerStream<A> stream, Iterator<A> answers) {
    stream.whenReady(
        () -> {
          while (answers.hasNext() && stream.isReady()) {
            stream.send(answers.next());
          }
          if (!answers.hasNext()) {
            stream.complete();
          }
        });
  }
}
