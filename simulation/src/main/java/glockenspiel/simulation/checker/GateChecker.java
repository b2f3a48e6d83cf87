package glockenspiel.simulation.checker;

import glockenspiel.lockmanager.core.Effect;
import glockenspiel.lockmanager.core.LockEvent;
import glockenspiel.lockmanager.core.Notice;
import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import glockenspiel.simulation.observation.SessionKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rule 2: between the closing and the opening of the gate no I/O glock is granted without NOEXP.
 * What a request said is taken from its node, what was granted from the lock-manager's effects.
 *
 * <p>Grants of a step that opens the gate, and those that a closing batch asked for before it came
 * to the announcement, are legal and cannot be told from others: such steps are not judged. Nor is
 * what a resumed session gets at once: it was granted while there was no stream.
 */
public final class GateChecker implements Observer {
  private record Request(long session, long id) {}

  private final Judge judge;
  private final Map<Request, Integer> flags = new LinkedHashMap<>();
  private final Map<Long, Long> sessionOfStream = new LinkedHashMap<>();
  private final Map<Long, Long> newestMessage = new LinkedHashMap<>();
  private boolean closed = true;

  /** Tells the judge. */
  public GateChecker(Judge judge) {
    this.judge = judge;
  }

  @Override
  public void observe(Observation observation) {
    switch (observation) {
      case Observation.Sent(var node, long session, NodeMessage.Acquire acquire) ->
          flags.put(new Request(session, acquire.requestId()), acquire.flags());
      case Observation.LockManagerStarted started -> {
        closed = true;
        flags.clear();
        sessionOfStream.clear();
        newestMessage.clear();
      }
      case Observation.LockManagerStepped(LockEvent event, List<Effect> effects) ->
          check(event, effects);
      default -> {}
    }
  }

  private void check(LockEvent event, List<Effect> effects) {
    boolean judged = closed && !resumes(event);
    for (Effect effect : effects) {
      switch (effect) {
        case Effect.Notify(var lockspace, Notice.GateClosed notice) -> {
          judged |= closesAtOnce(event);
          closed = true;
        }
        case Effect.Notify(var lockspace, Notice.GateOpened notice) -> {
          judged = false;
          closed = false;
        }
        case Effect.Welcome(long stream, var welcome) ->
            sessionOfStream.put(stream, SessionKey.of(welcome));
        case Effect.Send(long stream, var batch) ->
            checkBatch(sessionOfStream.getOrDefault(stream, 0L), batch, judged);
        default -> {}
      }
    }
  }

  private static boolean resumes(LockEvent event) {
    return event instanceof LockEvent.StreamOpened(long stream, Hello hello)
        && hello.sessionId() != 0;
  }

  private static boolean closesAtOnce(LockEvent event) {
    return !(event instanceof LockEvent.BatchReceived(long stream, Batch<NodeMessage> batch))
        || (batch.messages().size() == 1
            && batch.messages().getFirst() instanceof NodeMessage.Acquire acquire
            && acquire.glock().equals(GlockName.LIVE));
  }

  private void checkBatch(long session, Batch<LockManagerMessage> batch, boolean judged) {
    long number = batch.first();
    long newest = newestMessage.getOrDefault(session, 0L);
    for (LockManagerMessage message : batch.messages()) {
      Integer said =
          number > newest && message instanceof LockManagerMessage.Answer told
              ? flags.remove(new Request(session, told.requestId()))
              : null;
      if (said != null
          && message instanceof LockManagerMessage.Answer answer
          && judged
          && answer.outcome() == LockOutcome.GRANTED
          && answer.glock().isIo()
          && !LockFlags.has(said, LockFlags.NOEXP)) {
        judge.violated(
            2, "glock " + answer.glock() + " was granted to session " + session + ", gate closed");
      }
      number++;
    }
    newestMessage.put(session, Math.max(newest, number - 1));
  }
}
