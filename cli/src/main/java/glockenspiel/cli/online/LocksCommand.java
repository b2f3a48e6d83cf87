package glockenspiel.cli.online;

import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.cli.output.Table;
import glockenspiel.lock.v1.DumpLocksRequest;
import glockenspiel.lock.v1.GlockType;
import glockenspiel.lock.v1.ListLocksRequest;
import glockenspiel.lock.v1.ListLocksResponse;
import glockenspiel.lock.v1.LockHolder;
import glockenspiel.lock.v1.LockInfo;
import glockenspiel.lock.v1.LockInspectionServiceGrpc;
import glockenspiel.lock.v1.LockWaiter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code glock locks}: who holds and who wants which glock. */
@Command(
    name = "locks",
    description = "Shows who holds and who wants which glock.",
    mixinStandardHelpOptions = true)
public final class LocksCommand implements Callable<Integer> {
  private static final int PAGE = 1000;

  /** The types that GFS2 has, by their names. */
  enum Type {
    NONDISK,
    INODE,
    RGRP,
    META,
    IOPEN,
    FLOCK,
    QUOTA,
    JOURNAL
  }

  /** Which locks. */
  static final class Filter {
    @Option(names = "--volume", paramLabel = "CLUSTER:FS", description = "Default: the only one.")
    private @Nullable String volume;

    @Option(names = "--type", description = "${COMPLETION-CANDIDATES}")
    private @Nullable Type type;

    @Option(names = "--node", paramLabel = "NODE", description = "Held or wanted by this node.")
    private String node = "";

    @Option(names = "--contended", description = "Only locks that somebody waits for.")
    private boolean contended;

    private GlockType protoType() {
      return type == null
          ? GlockType.GLOCK_TYPE_UNSPECIFIED
          : GlockType.valueOf("GLOCK_TYPE_" + type.name());
    }
  }

  @Mixin private Filter filter = new Filter();
  @Mixin private final Services services = new Services();
  @Mixin private Output output = new Output();

  /** What is printed. */
  record Locks(String volume, List<Lock> locks) {}

  /** A glock. */
  record Lock(String type, long number, List<Holder> holders, List<Waiter> waiters) {}

  /** Who holds it. */
  record Holder(
      String node, String mode, long grantNumber, @Nullable String demoteTo, boolean orphan) {}

  /** Who wants it. */
  record Waiter(
      String node,
      String mode,
      List<String> flags,
      boolean conversion,
      boolean gated,
      long waitedMillis) {}

  @Override
  public Integer call() {
    try (services) {
      var inspection = services.lockManager(LockInspectionServiceGrpc::newBlockingStub);
      String volume = Lockspaces.choose(inspection, filter.volume);
      List<Lock> locks = new ArrayList<>();
      String page = "";
      do {
        ListLocksResponse answer =
            inspection.listLocks(
                ListLocksRequest.newBuilder()
                    .setLockspace(volume)
                    .setType(filter.protoType())
                    .setNodeName(filter.node)
                    .setContended(filter.contended)
                    .setPageSize(PAGE)
                    .setPageToken(page)
                    .build());
        answer.getLocksList().forEach(lock -> locks.add(view(lock)));
        page = answer.getNextPageToken();
      } while (!page.isEmpty());
      output.print(new Locks(volume, locks), table(locks));
      return ExitCode.OK;
    }
  }

  /** {@code glock locks dump}: the same in GFS2's own form. */
  @Command(
      name = "dump",
      description = "Prints the glocks in the form of GFS2's debugfs file: G: and H: lines.",
      mixinStandardHelpOptions = true)
  int dump(@Mixin Filter dumped, @Mixin Services from, @Mixin Output to) {
    try (from) {
      var inspection = from.lockManager(LockInspectionServiceGrpc::newBlockingStub);
      String volume = Lockspaces.choose(inspection, dumped.volume);
      inspection
          .dumpLocks(
              DumpLocksRequest.newBuilder()
                  .setLockspace(volume)
                  .setType(dumped.protoType())
                  .setNodeName(dumped.node)
                  .setContended(dumped.contended)
                  .build())
          .forEachRemaining(piece -> piece.getLinesList().forEach(to.out()::println));
      to.out().flush();
      return ExitCode.OK;
    }
  }

  private static Lock view(LockInfo lock) {
    return new Lock(
        Names.of(lock.getGlock().getType()),
        lock.getGlock().getNumber(),
        lock.getHoldersList().stream().map(LocksCommand::view).toList(),
        lock.getWaitersList().stream().map(LocksCommand::view).toList());
  }

  private static Holder view(LockHolder holder) {
    String demoteTo = Names.of(holder.getDemoteTo());
    return new Holder(
        holder.getNodeName(),
        Names.of(holder.getMode()),
        holder.getGrantNumber(),
        demoteTo.equals("UNSPECIFIED") ? null : demoteTo,
        holder.getOrphan());
  }

  private static Waiter view(LockWaiter waiter) {
    return new Waiter(
        waiter.getNodeName(),
        Names.of(waiter.getMode()),
        waiter.getFlagsList().stream().map(Names::of).toList(),
        waiter.getConversion(),
        waiter.getGated(),
        waiter.getWaitedMillis());
  }

  private static List<String> table(List<Lock> locks) {
    Table table = new Table("TYPE", "NUMBER", "HELD BY", "WANTED BY");
    for (Lock lock : locks) {
      table.row(
          lock.type(),
          "0x" + Long.toHexString(lock.number()),
          lock.holders().stream()
              .map(
                  holder ->
                      holder.node()
                          + ":"
                          + holder.mode()
                          + (holder.demoteTo() == null ? "" : ">" + holder.demoteTo())
                          + (holder.orphan() ? " (orphan)" : ""))
              .collect(Collectors.joining(" ")),
          lock.waiters().stream()
              .map(
                  waiter ->
                      waiter.node()
                          + ":"
                          + waiter.mode()
                          + (waiter.gated() ? " (gated)" : "")
                          + " "
                          + waiter.waitedMillis()
                          + "ms")
              .collect(Collectors.joining(" ")));
    }
    return table.lines();
  }
}
