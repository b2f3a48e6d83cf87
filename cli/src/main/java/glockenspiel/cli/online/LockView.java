package glockenspiel.cli.online;

import glockenspiel.lock.v1.LockContention;
import glockenspiel.lock.v1.LockHolder;
import glockenspiel.lock.v1.LockInfo;
import glockenspiel.lock.v1.LockWaiter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A glock with its holders and waiters, as commands print it.
 *
 * @param name of an application lock; null for a glock
 * @param contention how it was waited for; null when it never was
 */
record LockView(
    String type,
    long number,
    @Nullable String name,
    List<Holder> holders,
    List<Waiter> waiters,
    @Nullable Contention contention) {
  /** How it was waited for, as the lock-manager counts it. */
  record Contention(
      long waits, long demotes, long waitedMillis, long longestWaitMillis, long contendedMillis) {
    @Override
    public String toString() {
      return waits + " in " + waitedMillis + "ms, longest " + longestWaitMillis + "ms";
    }
  }

  /** The number of a glock in hex, or the name of an application lock. */
  String numberOrName() {
    return name == null ? "0x" + Long.toHexString(number) : name;
  }

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
        lock.getGlock().getName().isEmpty() ? null : lock.getGlock().getName(),
        lock.getHoldersList().stream().map(LockView::of).toList(),
        lock.getWaitersList().stream().map(LockView::of).toList(),
        lock.hasContention() ? of(lock.getContention()) : null);
  }

  private static Contention of(LockContention contention) {
    return new Contention(
        contention.getWaits(),
        contention.getDemotes(),
        contention.getWaitedMillis(),
        contention.getLongestWaitMillis(),
        contention.getContendedMillis());
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
