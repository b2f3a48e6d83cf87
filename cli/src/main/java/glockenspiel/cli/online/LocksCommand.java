package glockenspiel.cli.online;

import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.cli.output.Table;
import glockenspiel.lock.v1.DumpLocksRequest;
import glockenspiel.lock.v1.GlockType;
import glockenspiel.lock.v1.ListLocksRequest;
import glockenspiel.lock.v1.ListLocksResponse;
import glockenspiel.lock.v1.LockInfo;
import glockenspiel.lock.v1.LockInspectionServiceGrpc;
import java.util.ArrayList;
import java.util.Comparator;
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

  /** People look for a name; the lock-manager lists in an order of its own. */
  private static final Comparator<LockInfo> BY_NAME =
      Comparator.comparing((LockInfo lock) -> lock.getGlock().getType())
          .thenComparing(lock -> lock.getGlock().getName())
          .thenComparing(lock -> lock.getGlock().getNumber(), Long::compareUnsigned);

  /** The types that GFS2 has, by their names, and that of application locks. */
  enum Type {
    NONDISK,
    INODE,
    RGRP,
    META,
    IOPEN,
    FLOCK,
    QUOTA,
    JOURNAL,
    APPLICATION
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
  record Locks(String volume, List<LockView> locks) {}

  @Override
  public Integer call() {
    try (services) {
      var inspection = services.lockManager(LockInspectionServiceGrpc::newBlockingStub);
      String volume = Lockspaces.choose(inspection, filter.volume);
      List<LockInfo> found = new ArrayList<>();
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
        found.addAll(answer.getLocksList());
        page = answer.getNextPageToken();
      } while (!page.isEmpty());
      found.sort(BY_NAME);
      List<LockView> locks = found.stream().map(LockView::of).toList();
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

  private static List<String> table(List<LockView> locks) {
    Table table = new Table("TYPE", "NUMBER", "HELD BY", "WANTED BY", "WAITS");
    for (LockView lock : locks) {
      table.row(
          lock.type(),
          lock.numberOrName(),
          lock.holders().stream().map(LockView.Holder::toString).collect(Collectors.joining(" ")),
          lock.waiters().stream().map(LockView.Waiter::toString).collect(Collectors.joining(" ")),
          lock.contention() == null ? "" : lock.contention().toString());
    }
    return table.lines();
  }
}
