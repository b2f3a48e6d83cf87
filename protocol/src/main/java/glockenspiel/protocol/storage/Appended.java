package glockenspiel.protocol.storage;

/**
 * A log flush that is durable. Positions are block numbers inside the journal.
 *
 * @param sequence of its log header
 * @param firstBlock where the flush begins: its tail while it is not all in place
 * @param headBlock where its log header is
 */
public record Appended(long sequence, long firstBlock, long headBlock) {}
