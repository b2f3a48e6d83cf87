package glockenspiel.node.app;

import glockenspiel.node.core.NodeSettings;
import glockenspiel.node.grpc.StorageDeadlines;
import glockenspiel.node.transaction.LogSettings;
import glockenspiel.runtime.config.Configuration;
import glockenspiel.runtime.config.HostPort;
import glockenspiel.runtime.grpc.TransportSecurity;
import java.time.Duration;

/**
 * What a node-agent is told when it starts. The lease is the lock-manager's to say.
 *
 * @param listen where its services are; port 0 takes any free one
 * @param lockManager host:port
 * @param journalService host:port
 * @param security of all its connections, in both directions
 * @param node the volume, the node's name, spectator or not, and its patience
 * @param log sizes and delays of log and cache
 * @param deadlines of calls to the journal-service
 * @param autoMount mounts at start and after a withdraw that came from outside, and tries until it
 *     has
 * @param leaveTimeout how long a close may take to unmount before the node just stops, and others
 *     recover its journal
 */
public record NodeAgentSettings(
    HostPort listen,
    String lockManager,
    String journalService,
    TransportSecurity security,
    NodeSettings node,
    LogSettings log,
    StorageDeadlines deadlines,
    boolean autoMount,
    Duration leaveTimeout) {
  /** Where a node-agent listens unless it is told otherwise. */
  public static final HostPort LISTEN = new HostPort("127.0.0.1", 7103);

  private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(30);
  private static final long LEAVE_MILLIS_MAX = 3_600_000;
  private static final long DEADLINE_MILLIS_MAX = 600_000;
  private static final HostPort LOCK_MANAGER = new HostPort("127.0.0.1", 7101);
  private static final HostPort JOURNAL_SERVICE = new HostPort("127.0.0.1", 7102);

  /** A node on any free port of this machine, without protection, that is mounted when asked. */
  public static NodeAgentSettings of(
      String volume, String nodeName, String lockManager, String journalService) {
    return new NodeAgentSettings(
        new HostPort("127.0.0.1", 0),
        lockManager,
        journalService,
        TransportSecurity.INSECURE,
        NodeSettings.of(volume, nodeName),
        LogSettings.DEFAULT,
        StorageDeadlines.DEFAULT,
        false,
        LEAVE_TIMEOUT);
  }

  /**
   * Reads {@code volume} and {@code node-name}, which must be there; {@code listen}, {@code
   * lock-manager}, {@code journal-service}, {@code spectator}, {@code mount}, {@code
   * leave-timeout-millis}, {@code storage-timeout-millis}, {@code replay-silence-millis}; and those
   * of {@link TransportSecurity#of}.
   */
  public static NodeAgentSettings of(Configuration configuration) {
    NodeSettings node =
        NodeSettings.of(
                configuration.requiredText("volume"), configuration.requiredText("node-name"))
            .withSpectator(configuration.flag("spectator", false));
    return new NodeAgentSettings(
        configuration.hostPort("listen", LISTEN),
        configuration.hostPort("lock-manager", LOCK_MANAGER).toString(),
        configuration.hostPort("journal-service", JOURNAL_SERVICE).toString(),
        TransportSecurity.of(configuration),
        node,
        LogSettings.DEFAULT,
        deadlines(configuration),
        configuration.flag("mount", true),
        Duration.ofMillis(
            configuration.number(
                "leave-timeout-millis", LEAVE_TIMEOUT.toMillis(), 0, LEAVE_MILLIS_MAX)));
  }

  private static StorageDeadlines deadlines(Configuration configuration) {
    StorageDeadlines usual = StorageDeadlines.DEFAULT;
    return new StorageDeadlines(
        configuration.number(
            "storage-timeout-millis", usual.transferMillis(), 100, DEADLINE_MILLIS_MAX),
        configuration.number(
            "replay-silence-millis", usual.replaySilenceMillis(), 100, DEADLINE_MILLIS_MAX));
  }

  /** The same, listening elsewhere. */
  public NodeAgentSettings withListen(HostPort other) {
    return new NodeAgentSettings(
        other,
        lockManager,
        journalService,
        security,
        node,
        log,
        deadlines,
        autoMount,
        leaveTimeout);
  }

  /** The same with another protection. */
  public NodeAgentSettings withSecurity(TransportSecurity other) {
    return new NodeAgentSettings(
        listen, lockManager, journalService, other, node, log, deadlines, autoMount, leaveTimeout);
  }

  /** The same with another node. */
  public NodeAgentSettings withNode(NodeSettings other) {
    return new NodeAgentSettings(
        listen,
        lockManager,
        journalService,
        security,
        other,
        log,
        deadlines,
        autoMount,
        leaveTimeout);
  }

  /** The same with another log and cache. */
  public NodeAgentSettings withLog(LogSettings other) {
    return new NodeAgentSettings(
        listen,
        lockManager,
        journalService,
        security,
        node,
        other,
        deadlines,
        autoMount,
        leaveTimeout);
  }

  /** The same, mounting at start or not. */
  public NodeAgentSettings withAutoMount(boolean wanted) {
    return new NodeAgentSettings(
        listen, lockManager, journalService, security, node, log, deadlines, wanted, leaveTimeout);
  }

  /** The same with another patience at the end. */
  public NodeAgentSettings withLeaveTimeout(Duration other) {
    return new NodeAgentSettings(
        listen, lockManager, journalService, security, node, log, deadlines, autoMount, other);
  }
}
