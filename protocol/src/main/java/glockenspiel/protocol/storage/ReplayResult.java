package glockenspiel.protocol.storage;

/**
 * What a replay did. After it the journal is clean and its former epoch fenced. Copies are counted
 * as the kernel counts them, revokes distinct.
 *
 * @param replayed false when the journal was found clean
 * @param wasOpen an epoch was open when the replay began: its owner may be alive and not know yet
 * @param blocksWritten distinct blocks that were written in place
 * @param headBlock position of the clean header that ends it
 * @param sequence of that header
 * @param millis how long it took
 */
public record ReplayResult(
    int jid,
    boolean replayed,
    boolean wasOpen,
    int revokesFound,
    int blocksFound,
    int blocksReplayed,
    int dataBlocksFound,
    int dataBlocksReplayed,
    int blocksWritten,
    long headBlock,
    long sequence,
    long millis) {}
