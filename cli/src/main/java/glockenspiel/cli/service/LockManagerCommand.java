package glockenspiel.cli.service;

import glockenspiel.lockmanager.app.LockManagerServer;
import glockenspiel.lockmanager.app.LockManagerSettings;
import glockenspiel.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code glock lock-manager}: the lock-manager in the foreground. */
@Command(
    name = "lock-manager",
    description = "Runs the lock-manager in the foreground.",
    mixinStandardHelpOptions = true)
public final class LockManagerCommand implements Callable<Integer> {
  @Mixin private final ServiceOptions options = new ServiceOptions();

  @Option(
      names = "--lease-millis",
      paramLabel = "MILLIS",
      description = "How long a node may be silent before it is given up. Default: 10000")
  private @Nullable String leaseMillis;

  @Option(
      names = "--grace-millis",
      paramLabel = "MILLIS",
      description = {
        "How long it waits after its start for the nodes of the run before, and grants nothing.",
        "Default: as long as the lease. 0 only for a cluster that is new."
      })
  private @Nullable String graceMillis;

  @Mixin private final LimitOptions limits = new LimitOptions();

  @Override
  public Integer call() throws IOException {
    Map<String, @Nullable String> flags = new LinkedHashMap<>();
    flags.put("lease-millis", leaseMillis);
    flags.put("grace-millis", graceMillis);
    limits.putInto(flags);
    LockManagerSettings settings = options.read(flags, LockManagerSettings::of);
    Telemetry telemetry = Telemetry.start("glock-lock-manager");
    LockManagerServer server = LockManagerServer.start(settings, telemetry);
    Foreground.runUntilStopped(
        () -> {
          server.close();
          telemetry.close();
        });
    return 0;
  }
}
