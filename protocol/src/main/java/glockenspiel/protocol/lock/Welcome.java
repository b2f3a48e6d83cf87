package glockenspiel.protocol.lock;

/**
 * The first answer on a stream.
 *
 * @param sessionId identifies the session; never 0
 * @param incarnation of this lock-manager process
 * @param slot the lowest free one; it is the node's jid; -1 for a spectator
 * @param leaseMillis how long the session lives without a batch from the node
 * @param received how many messages of the node the lock-manager has handled: the node sends the
 *     later ones again
 * @param firstMounter the node must see to every journal before anyone gets an I/O glock
 * @param gate the gate now; in a resumed session newer than the changes that still follow, so that
 *     a node takes it only when it joins
 */
public record Welcome(
    long sessionId,
    long incarnation,
    int slot,
    long leaseMillis,
    long received,
    boolean firstMounter,
    GateStatus gate) {}
