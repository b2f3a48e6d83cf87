package glockenspiel.protocol.lock;

/**
 * The first message of a stream: joins a lockspace, resumes a session whose stream broke, or asks a
 * lock-manager that was restarted to take the session's locks back.
 *
 * @param lockspace the volume's name, {@code cluster:fs}; for an application the name of a
 *     namespace, which has no colon
 * @param nodeName for people; unique among the present members
 * @param spectator wants no slot, hence no journal
 * @param application joins a namespace, whose locks have names: no slot, no journal, no gate
 * @param sessionId 0 joins; else the session to resume
 * @param incarnation of the lock-manager that gave the session id; 0 when joining
 * @param received how many messages of the lock-manager the node has handled in this session
 * @param slot of the session; {@link #NO_SLOT} when joining, for a spectator and for an application
 * @param generation the newest recovery generation that the node was told of; 0 when joining
 */
public record Hello(
    String lockspace,
    String nodeName,
    boolean spectator,
    boolean application,
    long sessionId,
    long incarnation,
    long received,
    int slot,
    long generation) {
  /** Of whom has none. */
  public static final int NO_SLOT = -1;

  /**
   * A hello of a volume's node that joins, or resumes with the lock-manager that gave the session.
   */
  public Hello(
      String lockspace,
      String nodeName,
      boolean spectator,
      long sessionId,
      long incarnation,
      long received) {
    this(lockspace, nodeName, spectator, false, sessionId, incarnation, received);
  }

  /** A hello that joins, or resumes with the lock-manager that gave the session. */
  public Hello(
      String lockspace,
      String nodeName,
      boolean spectator,
      boolean application,
      long sessionId,
      long incarnation,
      long received) {
    this(lockspace, nodeName, spectator, application, sessionId, incarnation, received, NO_SLOT, 0);
  }

  /** Whether who says it has no slot, whatever it was told. */
  public boolean isWithoutSlot() {
    return spectator || application;
  }
}
