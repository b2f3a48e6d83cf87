package glockenspiel.protocol.storage;

/**
 * A journal that its owner may append to.
 *
 * @param epoch goes with every append, write, fence and close
 * @param blocks length of the journal in blocks
 * @param headBlock position of the newest log header; the first flush starts behind it
 * @param sequence of that header
 */
public record OpenedJournal(int jid, long epoch, long blocks, long headBlock, long sequence) {}
