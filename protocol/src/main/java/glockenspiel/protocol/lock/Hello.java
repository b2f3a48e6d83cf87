package glockenspiel.protocol.lock;

/**
 * The first message of a stream: joins a lockspace, or resumes a session whose stream broke.
 *
 * @param lockspace the volume's name, {@code cluster:fs}; for an application the name of a
 *     namespace, which has no colon
 * @param nodeName for people; unique among the present members
 * @param spectator wants no slot, hence no journal
 * @param application joins a namespace, whose locks have names: no slot, no journal, no gate
 * @param sessionId 0 joins; else the session to resume
 * @param incarnation of the lock-manager that gave the session id; 0 when joining
 * @param received how many messages of the lock-manager the node has handled in this session
 */
public record Hello(
    String lockspace,
    String nodeName,
    boolean spectator,
    boolean application,
    long sessionId,
    long incarnation,
    long received) {
  /** The hello of a volume's node. */
  public Hello(
      String lockspace,
      String nodeName,
      boolean spectator,
      long sessionId,
      long incarnation,
      long received) {
    this(lockspace, nodeName, spectator, false, sessionId, incarnation, received);
  }
}
