package glockenspiel.journal.device;

import glockenspiel.runtime.task.Promise;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link FaultyBlockDevice} does wrong, and how often. Rules may be added at any time, on
 * the owner; the first one that fits an operation is used, and used up. A volume tells where its
 * journals lie, so that the faults of one journal can be planned.
 */
public final class FaultPlan {
  /** For counts: does not end by itself. */
  public static final int FOR_EVER = Integer.MAX_VALUE;

  /** The kinds of operation that can go wrong. */
  public enum Operation {
    /** Reading. */
    READ,
    /** Writing. */
    WRITE,
    /** Making durable. */
    SYNC
  }

  /** How an operation goes wrong. */
  public enum Fault {
    /** It fails, and nothing of it reaches the device. */
    FAIL,
    /** It fails, and its first half reaches the device: a short write. Of a write only. */
    TEAR,
    /** It fails because the device has no room left; nothing of it is there. Of a write only. */
    FULL,
    /** It waits until the plan is released, and is done then. */
    STALL,
    /** It is done, and its answer waits until the plan is released. */
    ANSWER_LATE
  }

  private static final class Rule {
    final Operation operation;
    final Fault fault;
    final List<ByteRange> ranges;
    int left;

    Rule(Operation operation, Fault fault, List<ByteRange> ranges, int count) {
      this.operation = operation;
      this.fault = fault;
      this.ranges = List.copyOf(ranges);
      this.left = count;
    }

    boolean fits(Operation wanted, List<ByteRange> touched) {
      return operation == wanted
          && (ranges.isEmpty()
              || touched.stream()
                  .anyMatch(
                      bytes ->
                          ranges.stream().anyMatch(r -> r.overlaps(bytes.from(), bytes.to()))));
    }
  }

  private final List<Rule> rules = new ArrayList<>();
  private Promise<@Nullable Void> gate = new Promise<>();
  private long stalled;

  /**
   * Plans a fault.
   *
   * @param ranges an operation that touches one of them is hit; empty for any place
   * @param count how many operations are hit; {@link #FOR_EVER} for all
   */
  public FaultPlan add(Operation operation, Fault fault, List<ByteRange> ranges, int count) {
    if ((fault == Fault.TEAR || fault == Fault.FULL) && operation != Operation.WRITE) {
      throw new IllegalArgumentException(fault + " is for writes");
    }
    rules.add(new Rule(operation, fault, ranges, count));
    return this;
  }

  /** Reads of these places fail. */
  public FaultPlan failReads(List<ByteRange> ranges, int count) {
    return add(Operation.READ, Fault.FAIL, ranges, count);
  }

  /** Writes to these places fail. */
  public FaultPlan failWrites(List<ByteRange> ranges, int count) {
    return add(Operation.WRITE, Fault.FAIL, ranges, count);
  }

  /** Writes to these places fail half done. */
  public FaultPlan tearWrites(List<ByteRange> ranges, int count) {
    return add(Operation.WRITE, Fault.TEAR, ranges, count);
  }

  /** Syncs fail. */
  public FaultPlan failSyncs(int count) {
    return add(Operation.SYNC, Fault.FAIL, List.of(), count);
  }

  /** The device does nothing any more. */
  public FaultPlan failAll() {
    for (Operation each : Operation.values()) {
      var _ = add(each, Fault.FAIL, List.of(), FOR_EVER);
    }
    return this;
  }

  /** Forgets all rules, and lets everything go on that is stalled. */
  public void heal() {
    rules.clear();
    release();
  }

  /** Lets everything go on that is stalled now. */
  public void release() {
    Promise<@Nullable Void> opened = gate;
    gate = new Promise<>();
    opened.complete(null);
  }

  /** How many operations have been stalled so far. */
  public long stalled() {
    return stalled;
  }

  /** The fault for an operation, or null. Uses it up. */
  @Nullable Fault next(Operation operation, List<ByteRange> touched) {
    for (Iterator<Rule> each = rules.iterator(); each.hasNext(); ) {
      Rule rule = each.next();
      if (rule.fits(operation, touched)) {
        if (rule.left != FOR_EVER && --rule.left <= 0) {
          each.remove();
        }
        return rule.fault;
      }
    }
    return null;
  }

  /** Done with the next {@link #release}. */
  Promise<@Nullable Void> stall() {
    stalled++;
    return gate;
  }
}
