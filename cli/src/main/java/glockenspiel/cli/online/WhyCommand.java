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
          "A path in the volume, for its inode glock; or TYPE/NUMBER in hex, as in 2/1a3.")
  private String what = "";

  @Option(names = "--volume", paramLabel = "CLUSTER:FS", description = "Default: the only one.")
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
      Glock glock = glock();
      var inspection = services.lockManager(LockInspectionServiceGrpc::newBlockingStub);
      String lockspace = Lockspaces.choose(inspection, volume);
      LockView lock =
          LockView.of(
              inspection
                  .getLock(
                      GetLockRequest.newBuilder().setLockspace(lockspace).setGlock(glock).build())
                  .getLock());
      Lockspace gate =
          inspection
              .getLockspace(GetLockspaceRequest.newBuilder().setLockspace(lockspace).build())
              .getLockspace();
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

  private Glock glock() {
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
    return "%s has wanted %s of %d/%x for %d ms, which %s %s"
        .formatted(
            wait.getNodeName(),
            Names.of(wait.getMode()),
            wait.getGlock().getTypeValue(),
            wait.getGlock().getNumber(),
            wait.getWaitedMillis(),
            wait.getBlockerNodeName(),
            wait.getBlockerHolds() ? "holds" : "waits for before");
  }

  private static List<String> lines(Why why) {
    LockView lock = why.lock();
    List<String> lines = new ArrayList<>();
    lines.add("%s 0x%x of %s".formatted(lock.type(), lock.number(), why.volume()));
    lock.holders().forEach(holder -> lines.add("  held by " + holder));
    lock.waiters().forEach(waiter -> lines.add("  wanted by " + waiter));
    if (lock.holders().isEmpty() && lock.waiters().isEmpty()) {
      lines.add("  nobody holds or wants it");
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
