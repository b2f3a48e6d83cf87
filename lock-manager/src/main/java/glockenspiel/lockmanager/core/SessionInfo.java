package glockenspiel.lockmanager.core;

/**
 * A member at one moment.
 *
 * @param slot the jid; -1 for a spectator
 * @param connected has a stream
 * @param journal what is known of the journal in its slot
 * @param firstMounter must see to every journal
 * @param leaseEndsNanos when it will be given up unless a batch comes before, by the clock of the
 *     steps
 * @param heldCount glocks it holds
 * @param waitingCount requests of it that wait
 * @param unacknowledgedCount messages for it that it has not acknowledged
 */
public record SessionInfo(
    long sessionId,
    String nodeName,
    int slot,
    SessionState state,
    boolean connected,
    JournalUse journal,
    boolean firstMounter,
    long leaseEndsNanos,
    int heldCount,
    int waitingCount,
    int unacknowledgedCount) {}
