package glockenspiel.simulation.checker;

import glockenspiel.node.event.NodeEvent;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.simulation.observation.NodeId;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Rule 8: no withdraw returns before the journal is clean, and no held-back release leaves before
 * that. From a node's word that it withdraws until the journal whose epoch it had is clean and no
 * longer open, it may neither say that it has withdrawn, nor lower an I/O glock.
 *
 * <p>A lower that was on its way to be sent in the very moment in which the withdraw begins is an
 * orderly one: {@link DemoteChecker} holds it to rule 6. So is one that had to wait for a stream,
 * because there was none since before the withdraw: it goes in the moment in which the session
 * resumes.
 */
final class WithdrawChecker implements Observer {
  private record OwnJournal(int jid, long epoch) {}

  private record Withdrawing(OwnJournal journal, long sinceNanos) {}

  private final Judge judge;
  private final StorageLedger ledger;
  private final CleanHeaderChecker headers;
  private final LongSupplier clock;
  private final Map<NodeId, OwnJournal> opened = new LinkedHashMap<>();
  private final Map<NodeId, Withdrawing> withdrawing = new LinkedHashMap<>();

  /** Nodes without a stream. */
  private final Set<NodeId> broken = new LinkedHashSet<>();

  /** Nodes that had no stream when their withdraw began, and when they had one again. */
  private final Map<NodeId, Long> resumedAt = new LinkedHashMap<>();

  WithdrawChecker(
      Judge judge, StorageLedger ledger, CleanHeaderChecker headers, LongSupplier clock) {
    this.clock = clock;
    this.judge = judge;
    this.ledger = ledger;
    this.headers = headers;
  }

  @Override
  public void observe(Observation observation) {
    switch (observation) {
      case Observation.NodeTold(NodeId node, NodeEvent event) -> told(node, event);
      case Observation.Sent(NodeId node, long session, NodeMessage.Lower lower) -> {
        if (lower.glock().isIo() && !mayHaveWaited(node) && isDirty(node)) {
          judge.violated(
              8,
              node + " lowers " + lower.glock() + " in its withdraw before its journal is clean");
        }
      }
      case Observation.NodeCrashed(NodeId node) -> {
        opened.remove(node);
        withdrawing.remove(node);
      }
      default -> {}
    }
  }

  private void told(NodeId node, NodeEvent event) {
    switch (event) {
      case NodeEvent.SessionBroken stream -> broken.add(node);
      case NodeEvent.SessionResumed stream -> {
        broken.remove(node);
        resumedAt.computeIfPresent(node, (who, before) -> clock.getAsLong());
      }
      case NodeEvent.JournalOpened journal ->
          opened.put(node, new OwnJournal(journal.jid(), journal.epoch()));
      case NodeEvent.WithdrawStarted started -> {
        OwnJournal own = opened.get(node);
        if (own != null) {
          withdrawing.put(node, new Withdrawing(own, clock.getAsLong()));
        }
        if (broken.contains(node)) {
          resumedAt.put(node, Long.MAX_VALUE);
        } else {
          resumedAt.remove(node);
        }
      }
      case NodeEvent.Unmounted unmounted -> opened.remove(node);
      case NodeEvent.Withdrawn withdrawn -> {
        if (isDirty(node)) {
          judge.violated(8, node + " has withdrawn, and its journal is not clean");
        }
        opened.remove(node);
        withdrawing.remove(node);
      }
      default -> {}
    }
  }

  /** Whether a lower that goes now may have waited since before the withdraw. */
  private boolean mayHaveWaited(NodeId node) {
    long now = clock.getAsLong();
    Withdrawing since = withdrawing.get(node);
    Long resumed = resumedAt.get(node);
    return (since != null && since.sinceNanos() == now) || (resumed != null && resumed == now);
  }

  private boolean isDirty(NodeId node) {
    Withdrawing since = withdrawing.get(node);
    if (since == null) {
      return false;
    }
    OwnJournal own = since.journal();
    // Under a newer epoch it is another owner's, and was clean when that began.
    return ledger.epoch(own.jid()) == own.epoch()
        && (ledger.isOpen(own.jid()) || !headers.isClean(own.jid()));
  }
}
