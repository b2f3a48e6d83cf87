package glockenspiel.lockmanager.history;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage.Lower;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What each session has done to each lock, in its order, with the times between which it was. */
final class LockOperations {
  /** Of one session on one lock; {@code ended} when the session is over. */
  record Sequence(long session, boolean ended, List<LockOperation> operations) {}

  private record SaidLower(int at, long session, Lower lower) {}

  private record Return(int at, long session, Map<GlockName, LockMode> held) {}

  private final Map<GlockName, Map<Long, List<LockOperation>>> byGlock = new TreeMap<>();
  private final List<SaidLower> lowers = new ArrayList<>();

  /** For each session when each answer was heard and when its request was asked. */
  private final Map<Long, List<RequestRecord>> answered = new HashMap<>();

  private final Map<Long, Integer> leftAt = new HashMap<>();
  private final List<Return> returns = new ArrayList<>();

  private final List<LockOperation> emptied = new ArrayList<>();
  private final List<Integer> restarts = new ArrayList<>();

  private final Set<Long> stopped = new HashSet<>();

  /** The sequences of each lock. */
  static Map<GlockName, List<Sequence>> of(
      List<HistoryEvent> events, List<RequestRecord> requests) {
    LockOperations operations = new LockOperations();
    for (int at = 0; at < events.size(); at++) {
      operations.look(at, events.get(at));
    }
    operations.addRequests(requests);
    operations.addLowers();
    operations.addReturns();
    return operations.sequences();
  }

  private void look(int at, HistoryEvent event) {
    switch (event) {
      case HistoryEvent.Said(long id, Lower lower) -> lowers.add(new SaidLower(at, id, lower));
      case HistoryEvent.Heard(long id, LockManagerMessage.Left left) -> {
        leftAt.put(id, at);
        stopped.add(id);
      }
      case HistoryEvent.Stopped(long id) -> stopped.add(id);
      case HistoryEvent.Emptied none -> emptied.add(new LockOperation.Emptied(at));
      case HistoryEvent.Restarted none -> restarts.add(at);
      case HistoryEvent.CameBack(long id, Map<GlockName, LockMode> held) ->
          returns.add(new Return(at, id, held));
      default -> {}
    }
  }

  private void addRequests(List<RequestRecord> requests) {
    Map<GlockName, List<RequestRecord>> ofGlock = new HashMap<>();
    for (RequestRecord request : requests) {
      ofGlock.computeIfAbsent(request.glock(), any -> new ArrayList<>()).add(request);
    }
    for (RequestRecord request : requests) {
      Answer answer = request.answer;
      if (answer == null) {
        add(request.glock(), request.session, new LockOperation.Unheard(request.askedAt, request));
        continue;
      }
      answered.computeIfAbsent(request.session, any -> new ArrayList<>()).add(request);
      if (answer.outcome() == LockOutcome.GRANTED) {
        add(
            request.glock(),
            request.session,
            new LockOperation.Grant(request.askedAt, request.answeredAt, answer));
      } else if (answer.outcome() == LockOutcome.TRY_FAILED) {
        boolean excused =
            request.heldBack
                || ofGlock.getOrDefault(request.glock(), List.of()).stream()
                    .anyMatch(other -> mayWaitBefore(other, request));
        add(
            request.glock(),
            request.session,
            new LockOperation.TryFailed(request.askedAt, request.answeredAt, request, excused));
      }
    }
  }

  private static boolean mayWaitBefore(RequestRecord other, RequestRecord request) {
    return other.session != request.session
        && !other.isTry()
        && other.askedAt < request.answeredAt
        && other.answeredAt > request.askedAt;
  }

  private void addLowers() {
    for (SaidLower said : lowers) {
      add(
          said.lower.glock(),
          said.session,
          new LockOperation.Lowered(said.at, handledAt(said.session, said.at), said.lower));
    }
  }

  /** When it is certain that what the session said then was handled. */
  private int handledAt(long session, int saidAt) {
    int handledAt = leftAt.getOrDefault(session, RequestRecord.NEVER);
    for (RequestRecord later : answered.getOrDefault(session, List.of())) {
      if (later.askedAt > saidAt) {
        handledAt = Math.min(handledAt, later.answeredAt);
      }
    }
    return handledAt;
  }

  /** Also for the locks that it does not hold any more. */
  private void addReturns() {
    for (Return back : returns) {
      int handledAt = handledAt(back.session, back.at);
      byGlock.forEach(
          (glock, bySession) -> {
            if (bySession.containsKey(back.session)) {
              add(
                  glock,
                  back.session,
                  new LockOperation.CameBack(
                      back.at, handledAt, back.held.getOrDefault(glock, LockMode.UN)));
            }
          });
    }
  }

  /** What happens to all locks at once. */
  private List<LockOperation> common(GlockName glock) {
    List<LockOperation> common = new ArrayList<>(emptied);
    for (int index = 0; index < restarts.size(); index++) {
      int from = restarts.get(index);
      int to = index + 1 < restarts.size() ? restarts.get(index + 1) : RequestRecord.NEVER;
      boolean broughtBack =
          returns.stream()
              .anyMatch(
                  back ->
                      back.at > from
                          && back.at < to
                          && back.held.containsKey(glock)
                          && handledAt(back.session, back.at) < to);
      common.add(new LockOperation.Restarted(from, broughtBack));
    }
    common.sort(Comparator.comparingInt(LockOperation::invokedAt));
    return common;
  }

  private void add(GlockName glock, long session, LockOperation operation) {
    byGlock
        .computeIfAbsent(glock, any -> new TreeMap<>())
        .computeIfAbsent(session, any -> new ArrayList<>())
        .add(operation);
  }

  private Map<GlockName, List<Sequence>> sequences() {
    Map<GlockName, List<Sequence>> sequences = new TreeMap<>();
    byGlock.forEach(
        (glock, bySession) -> {
          List<Sequence> ofGlock = new ArrayList<>();
          bySession.forEach(
              (session, operations) -> {
                operations.sort(Comparator.comparingInt(LockOperation::invokedAt));
                ofGlock.add(new Sequence(session, stopped.contains(session), operations));
              });
          List<LockOperation> common = common(glock);
          if (!common.isEmpty()) {
            ofGlock.add(new Sequence(0, false, common));
          }
          sequences.put(glock, ofGlock);
        });
    return sequences;
  }
}
