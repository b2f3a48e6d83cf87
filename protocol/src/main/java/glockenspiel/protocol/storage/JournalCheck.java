package glockenspiel.protocol.storage;

/**
 * What a look at a journal showed. Positions are block numbers inside the journal.
 *
 * @param epoch the newest fencing epoch that was given out; 0 when it was never opened
 * @param open whether that epoch may still write
 * @param closed whether no epoch is open, none waits for its replay, and nothing is under way: a
 *     journal that is CLEAN and closed needs nothing
 * @param headBlock where the newest valid log header is; -1 when there is none
 * @param sequence of the head
 * @param tail of the head: where the active region begins
 * @param blocks length of the journal
 * @param problem empty, or why it is CORRUPT
 */
public record JournalCheck(
    int jid,
    JournalState state,
    long epoch,
    boolean open,
    boolean closed,
    long headBlock,
    long sequence,
    long tail,
    long blocks,
    String problem) {}
