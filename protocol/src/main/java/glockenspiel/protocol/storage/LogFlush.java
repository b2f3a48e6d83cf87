package glockenspiel.protocol.storage;

import java.util.List;

/**
 * What a node's journal takes in one piece: after the answer all of it survives, before it perhaps
 * none.
 *
 * <p>On the device metadata comes first, then journaled data, then revokes, then the header. A
 * revoke therefore also covers an image of the same flush; a caller never sends both for one block.
 *
 * @param metadata images of metadata blocks, each block once
 * @param journaledData images of data blocks that go through the journal; escaping is the
 *     journal-service's business
 * @param revokes blocks that a replay must leave alone from now on, each once
 * @param tail where the oldest flush that is not all in place begins, as {@link
 *     Appended#firstBlock} told; -1 when everything before this flush is in place
 * @param localStatfs the node's own statfs change after this flush, for the log header
 * @param flags {@code GFS2_LOG_HEAD_FLUSH_*} and {@code GFS2_LFC_*} bits, for people who read the
 *     journal
 */
public record LogFlush(
    List<BlockImage> metadata,
    List<BlockImage> journaledData,
    List<Long> revokes,
    long tail,
    StatfsCounts localStatfs,
    int flags) {}
