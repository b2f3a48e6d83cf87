package glockenspiel.cli.demo;

import glockenspiel.cli.cluster.ClusterNode;
import glockenspiel.cli.cluster.ImageVerdict;
import glockenspiel.cli.demo.FencedWriter.Refusals;
import glockenspiel.cli.demo.Observations.Seen;
import glockenspiel.cli.demo.RunFacts.WithdrawReturn;
import glockenspiel.cli.workload.Operations;
import glockenspiel.journal.core.FencingState;
import glockenspiel.journal.core.JournalStatus;
import glockenspiel.lockmanager.core.Notice;
import glockenspiel.node.event.NodeEvent;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.JournalState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Holds a run, in which nobody freezes, against the first twelve rules of docs/architecture.md. */
final class Rules {
  private static final long BOUND_MILLIS = 10_000;

  private final RunFacts facts;
  private final Observations seen;

  private Rules(RunFacts facts) {
    this.facts = facts;
    this.seen = facts.seen();
  }

  /** All rules, in order. */
  static List<RuleResult> judge(RunFacts facts) {
    Rules rules = new Rules(facts);
    return List.of(
        rules.exclusion(),
        rules.gate(),
        rules.fencing(),
        rules.replayPutsNothingBack(),
        rules.journalFirst(),
        rules.demotion(),
        rules.cleanHeaders(),
        rules.withdrawWaits(),
        rules.durability(),
        rules.image(),
        rules.outcomes(),
        rules.bound());
  }

  private static RuleResult notExercised(int rule, String why) {
    return new RuleResult(rule, true, "not exercised in this run: " + why);
  }

  private static RuleResult result(int rule, boolean held, String evidence) {
    return new RuleResult(rule, held, evidence);
  }

  private static String firstOf(List<String> violations) {
    return violations.size() + " violations, first: " + violations.getFirst();
  }

  /** 1: No two nodes hold incompatible modes of a glock. */
  private RuleResult exclusion() {
    List<String> violations = facts.workload().sharedViolations();
    return violations.isEmpty()
        ? result(
            1,
            true,
            "%d reads of files that all nodes write each found one whole write, the newest; %d appends each got a place of their own"
                .formatted(facts.workload().sharedReads(), facts.workload().appends()))
        : result(1, false, firstOf(violations));
  }

  /** 2: Between the closing and the opening of the gate no I/O glock is granted without NOEXP. */
  private RuleResult gate() {
    List<GateProbe.Closing> closings = facts.probe().closings();
    long granted = closings.stream().mapToLong(GateProbe.Closing::granted).sum();
    long held = closings.stream().mapToLong(GateProbe.Closing::held).sum();
    if (closings.isEmpty() && !facts.failed().isEmpty()) {
      return result(
          2, false, "the probing member saw no closing of the gate: " + facts.probe().problem());
    }
    if (closings.isEmpty()) {
      return notExercised(2, "the gate was not closed");
    }
    return result(
        2,
        granted == 0,
        "a member that always asks for I/O glocks nobody else wants (%d granted in all) got %d of them in %d closings; %d requests waited for the opening"
            .formatted(facts.probe().grants(), granted, closings.size(), held));
  }

  /** 3: No block and no journal record of a fenced epoch reaches the device. */
  private RuleResult fencing() {
    List<Refusals> refusals = facts.refusals();
    if (refusals.isEmpty()) {
      return notExercised(3, "nobody was fenced");
    }
    return result(
        3,
        refusals.stream().allMatch(Refusals::areBothStale),
        refusals.stream()
            .map(
                refused ->
                    "epoch %d of journal %d afterwards: append %s, write in place %s"
                        .formatted(
                            refused.epoch(), refused.jid(), refused.append(), refused.write()))
            .collect(Collectors.joining("; ")));
  }

  private List<NodeEvent.ReplayDone> replays() {
    return seen.events(NodeEvent.ReplayDone.class, facts.faultNanos()).stream()
        .map(event -> (NodeEvent.ReplayDone) event.event())
        .filter(done -> done.result().replayed())
        .toList();
  }

  /** 4: Replay never puts back a block that another node changed since. */
  private RuleResult replayPutsNothingBack() {
    List<NodeEvent.ReplayDone> replays = replays();
    if (replays.isEmpty()) {
      return notExercised(4, "no journal was replayed");
    }
    String counts =
        replays.stream()
            .map(
                done ->
                    "journal %d: %d of %d copies put back, %d blocks revoked"
                        .formatted(
                            done.result().jid(),
                            done.result().blocksReplayed(),
                            done.result().blocksFound(),
                            done.result().revokesFound()))
            .collect(Collectors.joining("; "));
    return result(
        4,
        facts.findings().violations().isEmpty() && facts.image().problemsFound() == 0,
        counts
            + "; afterwards "
            + (facts.findings().violations().isEmpty()
                ? facts.findings().sectors() + " sectors of all nodes are as they must be"
                : firstOf(facts.findings().violations())));
  }

  /** 5: No metadata block is written in place before the transaction that changed it is durable. */
  private RuleResult journalFirst() {
    if (facts.failed().isEmpty()) {
      return notExercised(5, "nobody lost a transaction");
    }
    return result(
        5,
        facts.image().problemsFound() == 0,
        "seen by its effect: %s lost what was not durable, and no half of it is on the image, which is consistent (%s)"
            .formatted(names(facts.failed()), facts.image().imageCheck()));
  }

  /** 6: When a node lowers an EX glock, all its blocks are in place, revoked, and durable. */
  private RuleResult demotion() {
    long handedOver = facts.workload().handedOver();
    if (handedOver == 0) {
      return notExercised(6, "no node read what another had written");
    }
    List<String> violations = facts.workload().sharedViolations();
    return result(
        6,
        violations.isEmpty(),
        violations.isEmpty()
            ? "%d times a node read from the storage what another had just changed, and found the newest of it"
                .formatted(handedOver)
            : firstOf(violations));
  }

  /** 7: A clean log header is written only by an orderly unmount or a finished replay. */
  private RuleResult cleanHeaders() {
    Map<Integer, FencingState> before = new TreeMap<>();
    List<String> wrong = new ArrayList<>();
    List<String> replayed = new ArrayList<>();
    Map<Integer, JournalCheck> dirty = new TreeMap<>();
    for (Seen each : seen.all()) {
      if (each instanceof Seen.OfJournal of) {
        JournalStatus status = of.status();
        JournalCheck check = status.check();
        FencingState last = before.put(status.jid(), status.fencing());
        if (check != null && check.state() == JournalState.DIRTY) {
          dirty.put(status.jid(), check);
        }
        JournalCheck was = dirty.get(status.jid());
        if (check != null && check.state() == JournalState.CLEAN && was != null) {
          dirty.remove(status.jid());
          if (last == FencingState.REPLAYING) {
            replayed.add(describe(was, check));
          } else if (last != FencingState.CLOSING) {
            wrong.add("journal " + status.jid() + " became clean while " + last);
          }
        }
      }
    }
    boolean clean = facts.image().areJournalsClean();
    String evidence =
        (replayed.isEmpty() ? "every journal" : String.join("; ", replayed) + "; every other")
            + " became clean by an unmount alone; "
            + (clean ? "at rest all journals are clean" : "at rest not all journals are clean");
    return result(7, wrong.isEmpty() && clean, wrong.isEmpty() ? evidence : firstOf(wrong));
  }

  private static String describe(JournalCheck was, JournalCheck now) {
    return "journal %d was dirty at sequence %d until its replay wrote %d"
        .formatted(now.jid(), was.sequence(), now.sequence());
  }

  /**
   * 8: No withdraw returns before the journal is clean; no held-back release leaves before that.
   */
  private RuleResult withdrawWaits() {
    Map<Integer, NodeEvent.Withdrawn> withdrawn =
        seen.first(NodeEvent.Withdrawn.class, facts.faultNanos());
    if (withdrawn.isEmpty()) {
      return notExercised(8, "nobody withdrew");
    }
    List<String> evidence = new ArrayList<>();
    boolean held = true;
    for (int node : withdrawn.keySet()) {
      WithdrawReturn returned =
          facts.returns().stream().filter(each -> each.node() == node).findFirst().orElse(null);
      boolean inOrder = isInOrder(node);
      boolean clean =
          returned != null
              && returned.journal().state() == JournalState.CLEAN
              && !returned.journal().open();
      held &= inOrder && clean;
      evidence.add(
          "%s: when its withdraws returned journal %s was %s; %d releases held back until then%s"
              .formatted(
                  ClusterNode.nameOf(node),
                  returned == null ? "?" : returned.journal().jid(),
                  returned == null ? "not looked at" : returned.journal().state(),
                  heldBack(node),
                  inOrder ? "" : ", BUT NOT IN ORDER"));
    }
    return result(8, held, String.join("; ", evidence));
  }

  private int heldBack(int node) {
    NodeEvent.HeldBackReleased released =
        seen.first(NodeEvent.HeldBackReleased.class, facts.faultNanos()).get(node);
    return released == null ? 0 : released.count();
  }

  /** What had to be replayed was, before a release was let go and before the return. */
  private boolean isInOrder(int node) {
    int jid = seen.jidOf(node);
    long replayed = Long.MIN_VALUE;
    long released = Long.MAX_VALUE;
    FencingState before = FencingState.CLOSED;
    for (Seen each : seen.since(facts.faultNanos())) {
      long at = each.nanos() - facts.faultNanos();
      if (each instanceof Seen.OfJournal of && of.status().jid() == jid) {
        boolean done =
            before == FencingState.REPLAYING && of.status().fencing() == FencingState.CLOSED;
        replayed = done && replayed == Long.MIN_VALUE ? at : replayed;
        before = of.status().fencing();
      } else if (each instanceof Seen.OfNode of
          && of.node() == node
          && (of.event() instanceof NodeEvent.HeldBackReleased
              || of.event() instanceof NodeEvent.Withdrawn)) {
        released = Math.min(released, at);
      }
    }
    boolean wasDirty = replays().stream().anyMatch(done -> done.result().jid() == jid);
    return !wasDirty || (replayed != Long.MIN_VALUE && replayed < released);
  }

  /** 9: What was acknowledged as durable survives. */
  private RuleResult durability() {
    List<String> violations = facts.findings().violations();
    return violations.isEmpty()
        ? result(
            9,
            true,
            "%d sectors read back through another node where there is one, %d of them acknowledged as durable by nodes that failed later"
                .formatted(facts.findings().sectors(), facts.findings().durable()))
        : result(9, false, firstOf(violations));
  }

  /** 10: At rest fsck.gfs2 has nothing to say about the image. */
  private RuleResult image() {
    ImageVerdict image = facts.image();
    return result(
        10,
        image.isClean(),
        "fsck.gfs2 -n: %s; our own check: %s".formatted(image.fsck(), image.imageCheck()));
  }

  /** 11: One outcome for every request; one demote request of a TRY_1CB to every holder. */
  private RuleResult outcomes() {
    Operations operations = facts.workload().operations();
    long begun = operations.begun();
    long ended = operations.ended();
    long announced =
        seen.events(NodeEvent.LiveRefused.class, facts.faultNanos()).size()
            + seen.notices(Notice.SessionLost.class, facts.faultNanos()).stream()
                .filter(lost -> ((Notice.SessionLost) lost.notice()).journalPending())
                .count();
    Map<Integer, Long> told = new TreeMap<>();
    facts.survivors().forEach(node -> told.put(node, 0L));
    for (Seen.OfNode event : seen.events(NodeEvent.DemoteRequestSeen.class, facts.faultNanos())) {
      told.computeIfPresent(event.node(), (_, count) -> count + 1);
    }
    boolean exact = told.values().stream().allMatch(count -> count == announced);
    String peers =
        told.isEmpty()
            ? "no peer to tell"
            : told.entrySet().stream()
                .map(entry -> ClusterNode.nameOf(entry.getKey()) + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    return result(
        11,
        exact && begun == ended,
        "%d operations begun, %d ended; %d announcements on the live glock, demote requests seen: %s"
            .formatted(begun, ended, announced, peers));
  }

  /** 12: Once faults stop, everything that waits is served within a bound. */
  private RuleResult bound() {
    if (facts.survivors().isEmpty() && facts.stoppedInTime()) {
      return notExercised(
          12,
          "nobody was left to wait; the withdraw itself ended, and all nodes are mounted again");
    }
    long bound = BOUND_MILLIS + (isSilent() ? facts.leaseMillis() : 0);
    long longest =
        facts.workload().operations().done().stream()
            .filter(done -> done.endNanos() - facts.faultNanos() > 0)
            .filter(done -> !facts.failed().contains(done.node()))
            .mapToLong(done -> done.endNanos() - done.startNanos())
            .max()
            .orElse(0);
    long millis = longest / 1_000_000;
    return result(
        12,
        facts.stoppedInTime() && millis <= bound,
        "longest operation on a survivor since the fault: %d ms, bound %d ms%s"
            .formatted(
                millis, bound, facts.stoppedInTime() ? "" : "; AND SOMETHING IS STILL WAITING"));
  }

  private boolean isSilent() {
    return !seen.notices(Notice.SessionLost.class, facts.faultNanos()).isEmpty();
  }

  private static String names(java.util.Collection<Integer> nodes) {
    return nodes.stream().map(ClusterNode::nameOf).collect(Collectors.joining(", "));
  }
}
