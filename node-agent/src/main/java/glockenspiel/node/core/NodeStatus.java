package glockenspiel.node.core;

import glockenspiel.node.freeze.FreezeStatus;
import glockenspiel.node.withdraw.WithdrawStatus;
import glockenspiel.protocol.lock.GateStatus;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node as it is at one moment.
 *
 * @param stateMillis for how long it has been in that state
 * @param jid its slot and journal; -1 for a spectator, and while it has none
 * @param sessionId 0 when it has no session
 * @param epoch the fencing epoch of its journal; 0 when it has none
 * @param gate as the node was told last; null without a session
 * @param gateClosedMillis for how long the gate has been closed; 0 when it is open
 * @param waitingFor what it waits for, since when, and who could help: a line each
 * @param withdraw the last withdraw; null when there was none
 * @param freeze null when it is not mounted
 * @param glocks that it knows
 * @param lastError why the last mount or unmount failed; empty for none
 */
public record NodeStatus(
    String nodeName,
    String lockspace,
    boolean spectator,
    NodeState state,
    long stateMillis,
    int jid,
    long sessionId,
    long epoch,
    @Nullable GateStatus gate,
    long gateClosedMillis,
    List<String> waitingFor,
    @Nullable WithdrawStatus withdraw,
    @Nullable FreezeStatus freeze,
    int glocks,
    String lastError) {
  /** The same, and one more line of what it waits for. */
  public NodeStatus waitingAlsoFor(String line) {
    List<String> lines = new ArrayList<>(waitingFor);
    lines.add(line);
    return new NodeStatus(
        nodeName,
        lockspace,
        spectator,
        state,
        stateMillis,
        jid,
        sessionId,
        epoch,
        gate,
        gateClosedMillis,
        List.copyOf(lines),
        withdraw,
        freeze,
        glocks,
        lastError);
  }
}
