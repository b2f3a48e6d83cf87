package glockenspiel.lockmanager.history;

import static glockenspiel.lockmanager.history.HistoryBreach.require;

import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockManagerMessage.Answer;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.lock.NodeMessage.Acquire;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Each request has exactly one outcome, one that its flags allow (rule 11); a try never waits; no
 * I/O glock is granted behind a closed gate without NOEXP (rule 2); grant numbers grow.
 */
final class RequestRules {
  private static final class Session {
    final Map<GlockName, RequestRecord> pending = new TreeMap<>();
    final Map<GlockName, LockMode> held = new TreeMap<>();
    final Set<Long> cancelled = new HashSet<>();
    GateStatus gate;
    long newestGrantNumber;
    boolean withdrawing;
    boolean leaving;

    Session(GateStatus gate) {
      this.gate = gate;
    }
  }

  private final Map<Long, Session> sessions = new TreeMap<>();
  private final List<RequestRecord> requests = new ArrayList<>();
  private final Set<Long> grantNumbers = new HashSet<>();
  private long newestGrantNumber;

  /** All requests of a history, in the order of asking. */
  static List<RequestRecord> requests(List<HistoryEvent> events) {
    RequestRules rules = new RequestRules();
    for (int at = 0; at < events.size(); at++) {
      rules.look(at, events.get(at));
    }
    rules.sessions.forEach(
        (id, session) ->
            require(
                session.pending.isEmpty(),
                "rule 11: no outcome of " + session.pending.values() + " of session " + id));
    return rules.requests;
  }

  private void look(int at, HistoryEvent event) {
    switch (event) {
      case HistoryEvent.Joined(long id, GateStatus gate) ->
          require(sessions.put(id, new Session(gate)) == null, "session " + id + " joins twice");
      case HistoryEvent.Said(long id, NodeMessage message) -> said(at, id, message);
      case HistoryEvent.Heard(long id, LockManagerMessage message) -> heard(at, id, message);
      // What has no outcome yet ends SESSION_LOST, by the node's own decision.
      case HistoryEvent.Stopped(long id) -> sessions.remove(id);
      case HistoryEvent.Suspended suspended -> {}
      case HistoryEvent.Resumed resumed -> {}
      case HistoryEvent.CameBack(long id, Map<GlockName, LockMode> held) -> {
        Session session = session(id);
        session.pending.clear();
        session.held.clear();
        session.held.putAll(held);
      }
      case HistoryEvent.Restarted restarted -> {}
      case HistoryEvent.Emptied emptied -> {}
    }
  }

  private Session session(long id) {
    return Objects.requireNonNull(sessions.get(id), () -> "session " + id + " is not there");
  }

  private void said(int at, long id, NodeMessage message) {
    Session session = session(id);
    switch (message) {
      case Acquire acquire -> {
        RequestRecord request = new RequestRecord(id, acquire, at, newestGrantNumber);
        requests.add(request);
        session.pending.put(acquire.glock(), request);
        session.withdrawing |=
            acquire.glock().equals(GlockName.LIVE)
                && acquire.mode() == LockMode.EX
                && request.has(LockFlags.TRY_1CB);
      }
      case NodeMessage.Lower lower -> {
        if (lower.mode() == LockMode.UN) {
          session.held.remove(lower.glock());
        } else {
          session.held.put(lower.glock(), lower.mode());
        }
      }
      case NodeMessage.Cancel cancel -> session.cancelled.add(cancel.requestId());
      case NodeMessage.Leave leave -> session.leaving = true;
      default -> {}
    }
  }

  private void heard(int at, long id, LockManagerMessage message) {
    Session session = session(id);
    switch (message) {
      case Answer answer -> answered(at, session, answer);
      case LockManagerMessage.GateChanged changed -> session.gate = changed.gate();
      case LockManagerMessage.BecomeFirstMounter become -> session.gate = become.gate();
      case LockManagerMessage.CheckJournals check -> session.gate = check.gate();
      case LockManagerMessage.Demote demote -> {}
      case LockManagerMessage.Left left ->
          require(
              session.pending.isEmpty(),
              "rule 11: session " + id + " has left before the end of " + session.pending);
    }
  }

  private void answered(int at, Session session, Answer answer) {
    RequestRecord request = session.pending.remove(answer.glock());
    require(
        request != null && request.acquire.requestId() == answer.requestId(),
        "rule 11: " + answer + " where the request is " + request);
    RequestRecord ended = Objects.requireNonNull(request);
    for (RequestRecord other : session.pending.values()) {
      require(
          !other.isTry() || other.askedAt > ended.askedAt,
          "a try waits: " + other + " is behind " + answer);
    }
    ended.answer = answer;
    ended.answeredAt = at;
    ended.heldBack =
        answer.glock().isIo()
            && !ended.has(LockFlags.NOEXP)
            && (session.withdrawing || !session.gate.isOpen());
    checkOutcome(session, ended, answer);
  }

  private void checkOutcome(Session session, RequestRecord request, Answer answer) {
    switch (answer.outcome()) {
      case GRANTED -> granted(session, request, answer);
      case TRY_FAILED -> require(request.isTry(), "rule 11: no try has failed: " + request);
      case CANCELLED ->
          require(
              !request.isTry()
                  && (session.cancelled.contains(answer.requestId())
                      || session.leaving
                      || (session.withdrawing && request.heldBack)),
              "rule 11: nobody has cancelled " + request);
      case DEADLOCK ->
          require(
              !request.isTry() && session.held.containsKey(answer.glock()),
              "rule 11: no conversion that waits: " + request);
      case REFUSED -> require(!answer.reason().isEmpty(), "a refusal without a reason: " + request);
      case SESSION_LOST ->
          throw new HistoryBreach("rule 11: only a node says SESSION_LOST: " + request);
    }
  }

  private void granted(Session session, RequestRecord request, Answer answer) {
    require(
        answer.mode() == request.acquire.mode()
            || (request.has(LockFlags.ANY)
                && (answer.mode() == LockMode.SH || answer.mode() == LockMode.DF)),
        "the granted mode is not the wanted one: " + request);
    require(
        session.gate.isOpen() || !answer.glock().isIo() || request.has(LockFlags.NOEXP),
        "rule 2: " + request + " in gate " + session.gate);
    long number = answer.grantNumber();
    require(
        number > session.newestGrantNumber
            && number > request.grantNumberBefore
            && grantNumbers.add(number),
        "grant numbers grow: "
            + request
            + " after "
            + request.grantNumberBefore
            + " and, in the session, "
            + session.newestGrantNumber);
    session.newestGrantNumber = number;
    newestGrantNumber = Math.max(newestGrantNumber, number);
    session.held.put(answer.glock(), answer.mode());
  }
}
