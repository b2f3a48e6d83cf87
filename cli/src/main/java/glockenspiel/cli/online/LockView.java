package glockenspiel.cli.online;

import glockenspiel.lock.v1.LockHolder;
import glockenspiel.lock.v1.LockInfo;
import glockenspiel.lock.v1.LockWaiter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A glock with its holders and waiters, as commands print it. */
record LockView(String type, long number, List<Holder> holders, List<Waiter> waiters) {
  /** Who holds it. */
  record Holder(
      String node, String mode, long grantNumber, @Nullable String demoteTo, boolean orphan) {
    @Override
    public String toString() {
      return node
          + ":"
          + mode
          + (demoteTo == null ? "" : ">" + demoteTo)
          + (orphan ? " (orphan)" : "");
    }
  }

  /** Who wants it. */
  record Waiter(
      String node,
      String mode,
      List<String> flags,
      boolean conversion,
      boolean gated,
      long waitedMillis) {
    @Override
    public String toString() {
      return node + ":" + mode + (gated ? " (gated)" : "") + " " + waitedMillis + "ms";
    }
  }

  static LockView of(LockInfo lock) {
    return new LockView(
        Names.of(lock.getGlock().getType()),
        lock.getGlock().getNumber(),
        lock.getHoldersList().stream().map(LockView::of).toList(),
        lock.getWaitersList().stream().map(LockView::of).toList());
  }

  private static Holder of(LockHolder holder) {
    String demoteTo = Names.of(holder.getDemoteTo());
    return new Holder(
        holder.getNodeName(),
        Names.of(holder.getMode()),
        holder.getGrantNumber(),
        demoteTo.equals("UNSPECIFIED") ? null : demoteTo,
        holder.getOrphan());
  }

  private static Waiter of(LockWaiter waiter) {
    return new Waiter(
        waiter.getNodeName(),
        Names.of(waiter.getMode()),
        waiter.getFlagsList().stream().map(Names::of).toList(),
        waiter.getConversion(),
        waiter.getGated(),
        waiter.getWaitedMillis());
  }
}
