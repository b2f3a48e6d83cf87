package glockenspiel.lockmanager.history;

import java.util.List;

/**
 * Judges a history in which nobody waits for an answer any more, except in sessions that have
 * stopped.
 *
 * <ul>
 *   <li>{@link RequestRules}: one outcome, flags, gate, grant numbers
 *   <li>{@link ExclusionRule}: what nodes may believe to hold
 *   <li>{@link DemoteRule}: one demote request for each conflicting holder of a TRY_1CB
 *   <li>{@link Linearization}: each lock behaves like one that serves one request at a time, and
 *       its value is the newest
 * </ul>
 */
public final class HistoryChecker {
  private HistoryChecker() {}

  /**
   * Judges it.
   *
   * @return how many requests it has
   * @throws HistoryBreach when it breaks a rule
   */
  public static int check(History history) {
    List<HistoryEvent> events = history.events();
    List<RequestRecord> requests = RequestRules.requests(events);
    ExclusionRule.check(events);
    DemoteRule.check(events, requests);
    LockOperations.of(events, requests).forEach(Linearization::check);
    return requests.size();
  }
}
