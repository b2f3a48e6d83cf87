package glockenspiel.cli.service;

import glockenspiel.journal.app.JournalServer;
import glockenspiel.journal.app.JournalSettings;
import glockenspiel.runtime.telemetry.Telemetry;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code glock journal-service}: the journal-service in the foreground. */
@Command(
    name = "journal-service",
    description = "Runs the journal-service in the foreground.",
    mixinStandardHelpOptions = true)
public final class JournalServiceCommand implements Callable<Integer> {
  @Mixin private final ServiceOptions options = new ServiceOptions();

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description = "The image of a volume; several are separated by commas.")
  private @Nullable String image;

  @Option(
      names = "--direct-io",
      description =
          "Reads and writes the images past the page cache. docs/operations.md says what it costs.")
  private boolean directIo;

  @Override
  public Integer call() throws IOException {
    Map<String, @Nullable String> flags = new LinkedHashMap<>();
    flags.put("image", image);
    flags.put("direct-io", directIo ? "true" : null);
    JournalSettings settings = options.read(flags, JournalSettings::of);
    Telemetry telemetry = Telemetry.start("glock-journal-service");
    JournalServer server = JournalServer.start(settings, telemetry);
    Foreground.runUntilStopped(
        () -> {
          server.close();
          telemetry.close();
        });
    return 0;
  }
}
