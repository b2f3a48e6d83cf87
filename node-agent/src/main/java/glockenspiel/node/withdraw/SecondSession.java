package glockenspiel.node.withdraw;

import glockenspiel.runtime.task.Promise;
import org.jspecify.annotations.Nullable;

/** What a withdrawing node without a session can still do for its journal. */
@FunctionalInterface
public interface SecondSession {
  /**
   * Sees to it that the journal becomes clean if nobody else does; returns when it is, or when
   * nothing more can be done. Only inside a task.
   *
   * @param clean done when the journal is clean
   */
  void helpUntil(Promise<@Nullable Void> clean, int jid, String trace);
}
