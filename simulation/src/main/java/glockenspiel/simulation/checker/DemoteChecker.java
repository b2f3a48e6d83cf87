package glockenspiel.simulation.checker;

import glockenspiel.node.event.NodeEvent;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.simulation.observation.NodeId;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import glockenspiel.simulation.observation.StorageCall;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Rule 6: when a node lowers an EX glock, all its blocks are in place, revoked in its journal, and
 * durable. When the lower leaves the node, every image that the active region of its journal has of
 * a block of that glock must be covered by a durable revoke; and what would survive a crash must be
 * the newest durable change of the block, if it is this node's.
 *
 * <p>A block that was freed is revoked without being written in place; its owner is not known any
 * more, so it is not looked at.
 */
final class DemoteChecker implements Observer {
  private final Judge judge;
  private final StorageLedger ledger;
  private final BlockOwners owners;
  private final DurableDisk disk;
  private final FreedBlocks freed;
  private final Map<NodeId, NodeEvent.JournalOpened> journals = new LinkedHashMap<>();
  private final Map<NodeId, Long> withdrawingSince = new LinkedHashMap<>();
  private final LongSupplier clock;
  private final Map<NodeId, TreeMap<GlockName, LockMode>> held = new LinkedHashMap<>();

  DemoteChecker(
      Judge judge,
      StorageLedger ledger,
      BlockOwners owners,
      DurableDisk disk,
      FreedBlocks freed,
      LongSupplier clock) {
    this.clock = clock;
    this.judge = judge;
    this.ledger = ledger;
    this.owners = owners;
    this.disk = disk;
    this.freed = freed;
  }

  @Override
  public void observe(Observation observation) {
    switch (observation) {
      case Observation.CallAnswered(StorageCall call, var result, var failure) -> {
        if (call.body() instanceof StorageCall.Append append && failure == null) {
          owners.learn(append.flush().metadata());
          owners.learn(append.flush().journaledData());
          freed.learn(append.flush().metadata());
        }
      }
      case Observation.Received(NodeId node, long session, LockManagerMessage.Answer answer) -> {
        if (answer.outcome() == LockOutcome.GRANTED && answer.glock().isIo()) {
          glocks(node).put(answer.glock(), answer.mode());
        }
      }
      case Observation.Sent(NodeId node, long session, NodeMessage.Lower lower) ->
          lowered(node, lower);
      case Observation.NodeTold(NodeId node, NodeEvent.JournalOpened opened) -> {
        journals.put(node, opened);
        withdrawingSince.remove(node);
      }
      case Observation.NodeTold(NodeId node, NodeEvent.WithdrawStarted started) ->
          withdrawingSince.put(node, clock.getAsLong());
      case Observation.Joined(NodeId node, var welcome) -> held.remove(node);
      case Observation.NodeCrashed(NodeId node) -> held.remove(node);
      default -> {}
    }
  }

  private TreeMap<GlockName, LockMode> glocks(NodeId node) {
    return held.computeIfAbsent(node, any -> new TreeMap<>());
  }

  private void lowered(NodeId node, NodeMessage.Lower lower) {
    if (!lower.glock().isIo()) {
      return;
    }
    LockMode before =
        lower.mode() == LockMode.UN
            ? glocks(node).remove(lower.glock())
            : glocks(node).put(lower.glock(), lower.mode());
    NodeEvent.JournalOpened own = journals.get(node);
    // Under a newer epoch the journal is another owner's: the node was given up, and only does not
    // know it yet.
    boolean isOwner = own != null && ledger.epoch(own.jid()) == own.epoch();
    if (before == LockMode.EX && own != null && isOwner && isOrderly(node)) {
      check(node, lower.glock(), own.jid());
    }
  }

  /** Whether the node has not yet begun to hold its releases back. */
  private boolean isOrderly(NodeId node) {
    Long since = withdrawingSince.get(node);
    return since == null || since == clock.getAsLong();
  }

  private void check(NodeId node, GlockName glock, int jid) {
    JournalModel journal = ledger.journal(jid);
    Set<Long> looked = new LinkedHashSet<>();
    for (LoggedFlush flush : journal.flushes()) {
      for (long block : flush.images().keySet()) {
        if (glock.equals(owners.owner(block)) && looked.add(block) && !freed.isFree(block)) {
          String wrong = fault(node, block, journal.active(block));
          if (wrong != null) {
            judge.violated(6, node + " lowers " + glock + ", and its block " + block + " " + wrong);
          }
        }
      }
    }
  }

  private @Nullable String fault(NodeId node, long block, JournalModel.@Nullable Logged logged) {
    if (logged != null && !logged.revoked()) {
      return "is not revoked in the journal";
    }
    StorageLedger.NodeChange newest = ledger.newestChange(block);
    // Another node may have had the glock since, and this one only read.
    if (newest == null || !newest.node().equals(node)) {
      return null;
    }
    return newest.hash() == disk.hash(block) ? null : "is not in place";
  }
}
