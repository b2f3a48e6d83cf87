package glockenspiel.cli.service;

import glockenspiel.cli.output.CommandFailure;
import glockenspiel.runtime.config.Configuration;
import glockenspiel.runtime.config.ConfigurationException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * What every service is told: where to listen, and how connections are protected. Flags win over
 * GLOCK_* variables, these over the file.
 */
final class ServiceOptions {
  /** Keys that a file shared by several services may hold. */
  private static final Set<String> KNOWN =
      Set.of(
          "listen",
          "insecure",
          "tls-certificate",
          "tls-key",
          "tls-trusted",
          "lease-millis",
          "grace-millis",
          "lockspaces-max",
          "sessions-max",
          "locks-per-session-max",
          "waiting-per-session-max",
          "unacknowledged-per-session-max",
          "watched-locks-max",
          "lock-name-bytes-max",
          "lock-value-bytes-max",
          "lock-delay-millis-max",
          "image",
          "direct-io",
          "volume",
          "node-name",
          "lock-manager",
          "journal-service",
          "spectator",
          "mount",
          "leave-timeout-millis",
          "storage-timeout-millis",
          "replay-silence-millis");

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML: the flags without dashes, as keys.")
  private @Nullable Path config;

  @Option(names = "--listen", paramLabel = "HOST:PORT", description = "Where the service listens.")
  private @Nullable String listen;

  @Option(
      names = "--insecure",
      description = "No encryption, no identities: whoever reaches the port may do everything.")
  private boolean insecure;

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "This end's certificate, PEM.")
  private @Nullable String certificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "Its private key, PEM.")
  private @Nullable String key;

  @Option(names = "--tls-trusted", paramLabel = "FILE", description = "The roots to trust, PEM.")
  private @Nullable String trusted;

  /**
   * Reads a service's settings.
   *
   * @param own the service's own flags; null values were not given
   */
  <S> S read(Map<String, @Nullable String> own, Function<Configuration, S> settings) {
    Map<String, String> flags = new LinkedHashMap<>();
    put(flags, "listen", listen);
    put(flags, "insecure", insecure ? "true" : null);
    put(flags, "tls-certificate", certificate);
    put(flags, "tls-key", key);
    put(flags, "tls-trusted", trusted);
    own.forEach((name, value) -> put(flags, name, value));
    try {
      Configuration configuration = Configuration.load(flags, System.getenv(), config);
      S read = settings.apply(configuration);
      configuration.checkNothingElse(KNOWN);
      return read;
    } catch (ConfigurationException wrong) {
      throw CommandFailure.wrongUsage(String.valueOf(wrong.getMessage()));
    }
  }

  private static void put(Map<String, String> flags, String name, @Nullable String value) {
    if (value != null) {
      flags.put(name, value);
    }
  }
}
