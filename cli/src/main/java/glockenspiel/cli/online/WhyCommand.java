package glockenspiel.cli.online;

import glockenspiel.cli.output.CommandFailure;
import glockenspiel.cli.output.ExitCode;
import glockenspiel.cli.output.Output;
import glockenspiel.lock.v1.GetLockRequest;
import glockenspiel.lock.v1.GetLockspaceRequest;
import glockenspiel.lock.v1.Glock;
import glockenspiel.lock.v1.GlockType;
import glockenspiel.lock.v1.ListWaitCyclesRequest;
import glockenspiel.lock.v1.LockInspectionServiceGrpc;
import glockenspiel.lock.v1.Lockspace;
import glockenspiel.lock.v1.WaitCycle;
import glockenspiel.lock.v1.WaitLink;
import glockenspiel.node.v1.FileSystemServiceGrpc;
import glockenspiel.node.v1.StatRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code glock why}: why somebody waits for a glock. */
@Command(
    name = "why",
    description = {
      "Shows who holds a glock, who waits for it, and what stands in the way: a holder, the gate,"
          + " or members that wait for each other.",
      "Exit 1 when members wait for each other in a ring."
    },
    mixinStandardHelpOptions = true)
public final class WhyCommand implements Callable<Integer> {
  private static final Pattern NAME = Pattern.compile("([0-9]+)/([0-9a-fA-F]{1,16})");

  @Parameters(
      index = "0",
      paramLabel = "PATH-OR-GLOCK",
      description =
          "A path in the volume, for its inode glock; or TYPE/NUMBER in hex, as in 2/1a3; in a"
              + " namespace the name of a lock.")
  private String what = "";

  @Option(
      names = "--volume",
      paramLabel = "CLUSTER:FS",
      description = "Or a namespace. Default: the only one.")
  private @Nullable String volume;

  @Mixin private final Services services = new Services();
  @Mixin private final NodeAddresses addresses = new NodeAddresses();
  @Mixin private Output output = new Output();

  /**
   * What is printed.
   *
   * @param cycles the rings that one of its waiters stands in; each line names a link
   */
  record Why(
      String volume,
      LockView lock,
      boolean gateOpen,
      List<Integer> pendingJournals,
      List<List<String>> cycles) {}

  @Override
  public Integer call() {
    try (services) {
      var inspection = services.lockManager(LockInspectionServiceGrpc::newBlockingStub);
      String lockspace = Lockspaces.choose(inspection, volume);
      Lockspace gate =
          inspection
              .getLockspace(GetLockspaceRequest.newBuilder().setLockspace(lockspace).build())
              .getLockspace();
      Glock glock = glock(gate);
      LockView lock =
          LockView.of(
              inspection
                  .getLock(
                      GetLockRequest.newBuilder().setLockspace(lockspace).setGlock(glock).build())
                  .getLock());
      List<List<String>> cycles =
          inspection
              .listWaitCycles(ListWaitCyclesRequest.newBuilder().setLockspace(lockspace).build())
              .getCyclesList()
              .stream()
              .filter(cycle -> isIn(cycle, lock))
              .map(cycle -> cycle.getWaitsList().stream().map(WhyCommand::line).toList())
              .toList();
      Why why =
          new Why(lockspace, lock, gate.getGateOpen(), gate.getGate().getPendingJidsList(), cycles);
      output.print(why, lines(why));
      return cycles.isEmpty() ? ExitCode.OK : ExitCode.BAD_ANSWER;
    }
  }

  /** In a namespace there are names and nothing else; a volume's name has a colon. */
  private Glock glock(Lockspace lockspace) {
    if (lockspace.getApplication()) {
      return Glock.newBuilder().setType(GlockType.GLOCK_TYPE_APPLICATION).setName(what).build();
    }
    if (what.startsWith("/")) {
      long inode =
          services
              .node(addresses.all().getFirst(), FileSystemServiceGrpc::newBlockingStub)
              .stat(StatRequest.newBuilder().setPath(what).build())
              .getAttributes()
              .getInode();
      return Glock.newBuilder().setType(GlockType.GLOCK_TYPE_INODE).setNumber(inode).build();
    }
    Matcher name = NAME.matcher(what);
    GlockType type = name.matches() ? GlockType.forNumber(Integer.parseInt(name.group(1))) : null;
    if (type == null || type == GlockType.GLOCK_TYPE_UNSPECIFIED) {
      throw CommandFailure.wrongUsage(
          "'" + what + "' is neither a path, which begins with /, nor a glock such as 2/1a3");
    }
    return Glock.newBuilder()
        .setType(type)
        .setNumber(Long.parseUnsignedLong(name.group(2), 16))
        .build();
  }

  private static boolean isIn(WaitCycle cycle, LockView lock) {
    return cycle.getWaitsList().stream()
        .anyMatch(
            wait ->
                lock.waiters().stream()
                    .anyMatch(waiter -> waiter.node().equals(wait.getNodeName())));
  }

  private static String line(WaitLink wait) {
    return "%s has wanted %s of %s for %d ms, which %s %s"
        .formatted(
            wait.getNodeName(),
            Names.of(wait.getMode()),
            text(wait.getGlock()),
            wait.getWaitedMillis(),
            wait.getBlockerNodeName(),
            wait.getBlockerHolds() ? "holds" : "waits for before");
  }

  private static String text(Glock glock) {
    return glock.getName().isEmpty()
        ? "%d/%x".formatted(glock.getTypeValue(), glock.getNumber())
        : glock.getName();
  }

  private static List<String> lines(Why why) {
    LockView lock = why.lock();
    List<String> lines = new ArrayList<>();
    lines.add("%s %s of %s".formatted(lock.type(), lock.numberOrName(), why.volume()));
    lock.holders().forEach(holder -> lines.add("  held by " + holder));
    lock.waiters().forEach(waiter -> lines.add("  wanted by " + waiter));
    if (lock.holders().isEmpty() && lock.waiters().isEmpty()) {
      lines.add("  nobody holds or wants it");
    }
    LockView.Contention contention = lock.contention();
    if (contention != null) {
      lines.add(
          "  waited for %d times, %d ms in all, %d ms the longest; held for %d ms meanwhile; %d demote requests"
              .formatted(
                  contention.waits(),
                  contention.waitedMillis(),
                  contention.longestWaitMillis(),
                  contention.contendedMillis(),
                  contention.demotes()));
    }
    if (lock.waiters().stream().anyMatch(LockView.Waiter::gated)) {
      lines.add("  the gate is closed: journals " + why.pendingJournals() + " wait for replay");
    }
    for (List<String> cycle : why.cycles()) {
      lines.add("  members wait for each other:");
      cycle.forEach(link -> lines.add("    " + link));
    }
    return lines;
  }
}
