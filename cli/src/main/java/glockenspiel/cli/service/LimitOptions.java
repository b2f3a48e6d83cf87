package glockenspiel.cli.service;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The limits of a lock-manager, as flags; {@code docs/operations.md} has their ranges. */
final class LimitOptions {
  private static final String COUNT = "N";

  @Option(
      names = "--lockspaces-max",
      paramLabel = COUNT,
      description = "Lockspaces and namespaces in use. Default: 1000")
  private @Nullable String lockspaces;

  @Option(
      names = "--sessions-max",
      paramLabel = COUNT,
      description = "Members of one lockspace. Default: 10000")
  private @Nullable String sessions;

  @Option(
      names = "--locks-per-session-max",
      paramLabel = COUNT,
      description = "Locks that one session holds or waits for. Default: 1000000")
  private @Nullable String locks;

  @Option(
      names = "--waiting-per-session-max",
      paramLabel = COUNT,
      description = "Requests of one session that wait. Default: 65536")
  private @Nullable String waiting;

  @Option(
      names = "--unacknowledged-per-session-max",
      paramLabel = COUNT,
      description = "Messages that a session may be behind. Default: 131072")
  private @Nullable String unacknowledged;

  @Option(
      names = "--watched-locks-max",
      paramLabel = COUNT,
      description = "Locks that operators watch at a time. Default: 1000")
  private @Nullable String watched;

  @Option(
      names = "--lock-name-bytes-max",
      paramLabel = "BYTES",
      description = "The name of an application lock. Default: 64")
  private @Nullable String nameBytes;

  @Option(
      names = "--lock-value-bytes-max",
      paramLabel = "BYTES",
      description = "A lock value. Default: 32")
  private @Nullable String valueBytes;

  @Option(
      names = "--lock-delay-millis-max",
      paramLabel = "MILLIS",
      description = "The lock delay of an application lock. Default: 60000")
  private @Nullable String lockDelay;

  void putInto(Map<String, @Nullable String> flags) {
    flags.put("lockspaces-max", lockspaces);
    flags.put("sessions-max", sessions);
    flags.put("locks-per-session-max", locks);
    flags.put("waiting-per-session-max", waiting);
    flags.put("unacknowledged-per-session-max", unacknowledged);
    flags.put("watched-locks-max", watched);
    flags.put("lock-name-bytes-max", nameBytes);
    flags.put("lock-value-bytes-max", valueBytes);
    flags.put("lock-delay-millis-max", lockDelay);
  }
}
