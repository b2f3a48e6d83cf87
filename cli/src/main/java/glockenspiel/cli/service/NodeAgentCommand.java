package glockenspiel.cli.service;

import glockenspiel.node.app.NodeAgentServer;
import glockenspiel.node.app.NodeAgentSettings;
import glockenspiel.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code glock node-agent}: a node-agent in the foreground. Mounts by itself, and unmounts when it
 * is told to end.
 */
@Command(
    name = "node-agent",
    description =
        "Runs a node-agent in the foreground. Mounts the volume, and unmounts when it ends.",
    mixinStandardHelpOptions = true)
public final class NodeAgentCommand implements Callable<Integer> {
  @Mixin private final ServiceOptions options = new ServiceOptions();

  @Option(names = "--volume", paramLabel = "CLUSTER:FS", description = "The volume to mount.")
  private @Nullable String volume;

  @Option(names = "--node-name", paramLabel = "NAME", description = "Unique in the cluster.")
  private @Nullable String nodeName;

  @Option(
      names = "--lock-manager",
      paramLabel = "HOST:PORT",
      description = "Default: 127.0.0.1:7101")
  private @Nullable String lockManager;

  @Option(
      names = "--journal-service",
      paramLabel = "HOST:PORT",
      description = "Default: 127.0.0.1:7102")
  private @Nullable String journalService;

  @Option(
      names = "--spectator",
      description = "Without a journal: reads, and cannot recover others.")
  private boolean spectator;

  @Option(
      names = "--mount",
      paramLabel = "true|false",
      description =
          "Mounts at start, and again when the node had to withdraw because it was cut off."
              + " Default: true")
  private @Nullable String mount;

  @Option(
      names = "--leave-timeout-millis",
      paramLabel = "MILLIS",
      description = "How long an end may take to unmount. Default: 30000")
  private @Nullable String leaveTimeout;

  @Option(
      names = "--storage-timeout-millis",
      paramLabel = "MILLIS",
      description =
          "After so long without an answer of the journal-service the node withdraws. Default:"
              + " 10000")
  private @Nullable String storageTimeout;

  @Option(
      names = "--replay-silence-millis",
      paramLabel = "MILLIS",
      description = "After so long without progress a replay is given up. Default: 30000")
  private @Nullable String replaySilence;

  @Override
  public Integer call() throws IOException {
    Map<String, @Nullable String> flags = new LinkedHashMap<>();
    flags.put("volume", volume);
    flags.put("node-name", nodeName);
    flags.put("lock-manager", lockManager);
    flags.put("journal-service", journalService);
    flags.put("spectator", spectator ? "true" : null);
    flags.put("mount", mount);
    flags.put("leave-timeout-millis", leaveTimeout);
    flags.put("storage-timeout-millis", storageTimeout);
    flags.put("replay-silence-millis", replaySilence);
    NodeAgentSettings settings = options.read(flags, NodeAgentSettings::of);
    Telemetry telemetry = Telemetry.start("glock-node-agent");
    NodeAgentServer server = NodeAgentServer.start(settings, telemetry);
    Foreground.runUntilStopped(
        () -> {
          server.close();
          telemetry.close();
        });
    return 0;
  }
}
