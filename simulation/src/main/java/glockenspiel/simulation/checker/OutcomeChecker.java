package glockenspiel.simulation.checker;

import glockenspiel.lockmanager.core.Effect;
import glockenspiel.lockmanager.core.LockEvent;
import glockenspiel.lockmanager.core.Notice;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.simulation.observation.NodeId;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import glockenspiel.simulation.observation.SessionKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Rule 11: every lock request has exactly one outcome, and a TRY_1CB sends exactly one demote
 * request to each holder in its way.
 */
public final class OutcomeChecker implements Observer {
  private record Open(NodeId node, GlockName glock) {}

  private final Judge judge;

  /** Requests without an outcome, by session and id. */
  private final TreeMap<Long, TreeMap<Long, Open>> open = new TreeMap<>();

  /** Who holds the live glock in which mode, by the lock-manager's own effects. */
  private final Map<Long, LockMode> liveHolders = new LinkedHashMap<>();

  /** Who has reasserted the live glock in the grace period, in which nobody is asked to lower. */
  private final Map<Long, LockMode> returned = new LinkedHashMap<>();

  private final Map<Long, Long> sessionOfStream = new LinkedHashMap<>();
  private final Map<Long, Long> newestMessage = new LinkedHashMap<>();
  private long incarnation;

  /** Tells the judge. */
  public OutcomeChecker(Judge judge) {
    this.judge = judge;
  }

  @Override
  public void observe(Observation observation) {
    switch (observation) {
      case Observation.Sent(NodeId node, long session, NodeMessage.Acquire acquire) -> {
        Open request = new Open(node, acquire.glock());
        if (requests(session).put(acquire.requestId(), request) != null) {
          judge.violated(11, node + " uses request " + acquire.requestId() + " twice");
        }
      }
      case Observation.Received(NodeId node, long session, LockManagerMessage.Answer answer) -> {
        if (requests(session).remove(answer.requestId()) == null) {
          judge.violated(
              11, node + " gets an outcome of " + answer.glock() + " that it has no request for");
        }
      }
      case Observation.Received(NodeId node, long session, LockManagerMessage.Left left) ->
          open.remove(session);
      case Observation.SessionDenied(NodeId node, long session) -> open.remove(session);
      case Observation.NodeCrashed(NodeId node) -> forget(node);
      case Observation.Joined(NodeId node, var welcome) -> forget(node);
      case Observation.Reasserting(NodeId node, var welcome) -> forget(node);
      case Observation.NodeTold(NodeId node, NodeEvent.SessionLost lost) -> forget(node);
      case Observation.LockManagerStarted(long number) -> {
        incarnation = number;
        liveHolders.clear();
        returned.clear();
        sessionOfStream.clear();
        newestMessage.clear();
      }
      case Observation.LockManagerStepped(LockEvent event, List<Effect> effects) ->
          stepped(event, effects);
      case Observation.Ended ended ->
          open.values()
              .forEach(
                  requests ->
                      requests.forEach(
                          (id, request) ->
                              judge.violated(
                                  11, "request " + id + " " + request + " has no outcome")));
      default -> {}
    }
  }

  private Map<Long, Open> requests(long session) {
    return open.computeIfAbsent(session, any -> new TreeMap<>());
  }

  private void forget(NodeId node) {
    open.values().forEach(requests -> requests.values().removeIf(r -> r.node().equals(node)));
  }

  private void stepped(LockEvent event, List<Effect> effects) {
    for (Effect effect : effects) {
      if (effect instanceof Effect.Notify(var lockspace, Notice.GraceEnded ended)) {
        liveHolders.putAll(returned);
        returned.clear();
      }
    }
    Map<Long, LockMode> before = new LinkedHashMap<>(liveHolders);
    long announcer = 0;
    if (event instanceof LockEvent.BatchReceived(long stream, Batch<NodeMessage> batch)) {
      long session = sessionOfStream.getOrDefault(stream, 0L);
      for (NodeMessage message : batch.messages()) {
        switch (message) {
          case NodeMessage.Lower lower when lower.glock().equals(GlockName.LIVE) -> {
            returned.remove(session);
            liveHolders.remove(session);
            before.remove(session);
          }
          case NodeMessage.Reassert held when held.glock().equals(GlockName.LIVE) ->
              returned.put(session, held.mode());
          case NodeMessage.Acquire acquire when isAnnouncement(acquire) -> announcer = session;
          case NodeMessage.Leave leave -> liveHolders.remove(session);
          default -> {}
        }
      }
    }
    if (event instanceof LockEvent.StreamClosed(long stream)) {
      sessionOfStream.remove(stream);
    }
    Map<Long, Integer> demotes = new LinkedHashMap<>();
    boolean refused = false;
    for (Effect effect : effects) {
      switch (effect) {
        case Effect.Welcome(long stream, var welcome) ->
            sessionOfStream.put(stream, SessionKey.of(welcome));
        case Effect.Send(long stream, var batch) ->
            refused |= sent(sessionOfStream.getOrDefault(stream, 0L), batch, demotes, announcer);
        case Effect.CloseStream(long stream, boolean lost, var cause, String reason) ->
            sessionOfStream.remove(stream);
        case Effect.Notify(var lockspace, Notice.SessionLost lost) -> {
          returned.remove(SessionKey.of(incarnation, lost.sessionId()));
          liveHolders.remove(SessionKey.of(incarnation, lost.sessionId()));
        }
        default -> {}
      }
    }
    if (refused) {
      checkAnnounced(announcer, before, demotes);
    }
  }

  private static boolean isAnnouncement(NodeMessage.Acquire acquire) {
    return acquire.glock().equals(GlockName.LIVE)
        && acquire.mode() == LockMode.EX
        && LockFlags.has(acquire.flags(), LockFlags.TRY_1CB);
  }

  /** Returns whether the announcer's try was refused in this batch. */
  private boolean sent(
      long session, Batch<LockManagerMessage> batch, Map<Long, Integer> demotes, long announcer) {
    boolean refused = false;
    long number = batch.first();
    long newest = newestMessage.getOrDefault(session, 0L);
    for (LockManagerMessage message : batch.messages()) {
      if (number > newest) {
        switch (message) {
          case LockManagerMessage.Demote demote when demote.glock().equals(GlockName.LIVE) ->
              demotes.merge(session, 1, Integer::sum);
          case LockManagerMessage.Answer answer when answer.glock().equals(GlockName.LIVE) -> {
            if (answer.outcome() == LockOutcome.GRANTED) {
              liveHolders.put(session, answer.mode());
            }
            refused |= session == announcer && answer.outcome() == LockOutcome.TRY_FAILED;
          }
          default -> {}
        }
      }
      number++;
    }
    newestMessage.put(session, Math.max(newest, number - 1));
    return refused;
  }

  /** Who has no stream at the moment gets its demote request later, when it resumes. */
  private void checkAnnounced(
      long announcer, Map<Long, LockMode> before, Map<Long, Integer> demotes) {
    before.forEach(
        (session, mode) -> {
          if (session != announcer && sessionOfStream.containsValue(session)) {
            demotes.putIfAbsent(session, 0);
          }
        });
    demotes.forEach(
        (session, count) -> {
          // One that has got the glock in this very step may have got it before the try or after.
          boolean isHolder = before.containsKey(session) || liveHolders.containsKey(session);
          if (count != 1 || session == announcer || !isHolder) {
            judge.violated(
                11,
                "the try of session "
                    + announcer
                    + " sends "
                    + count
                    + " demote requests to session "
                    + session);
          }
        });
  }
}
