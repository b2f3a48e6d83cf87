package glockenspiel.lockmanager.app;

import glockenspiel.lockmanager.core.Notice;
import glockenspiel.lockmanager.grpc.LockManagerShell;
import glockenspiel.runtime.state.InvariantViolation;
import glockenspiel.runtime.telemetry.Spans;
import java.util.HashMap;
import java.util.Map;

/**
 * The lock-manager's part in the trace of a withdraw: a span from the announcement until the gate
 * is open. The session that carries the announcement is a stream and is no span.
 */
final class GateSpans implements LockManagerShell.Listener {
  private record Announced(String lockspace, int slot) {}

  private final Spans spans;
  private final Map<Announced, Spans.RunningSpan> running = new HashMap<>();

  GateSpans(Spans spans) {
    this.spans = spans;
  }

  @Override
  public void noticed(String lockspace, Notice notice) {
    switch (notice) {
      case Notice.WithdrawAnnounced announced -> {
        Spans.RunningSpan before =
            running.put(
                new Announced(lockspace, announced.slot()),
                spans.start("gate closed", announced.trace()));
        if (before != null) {
          before.close();
        }
      }
      case Notice.GateOpened opened ->
          running
              .entrySet()
              .removeIf(
                  each -> {
                    boolean here = each.getKey().lockspace().equals(lockspace);
                    if (here) {
                      each.getValue().close();
                    }
                    return here;
                  });
      default -> {}
    }
  }

  @Override
  public void violated(InvariantViolation violation) {}
}
