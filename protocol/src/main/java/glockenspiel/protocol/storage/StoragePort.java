package glockenspiel.protocol.storage;

import glockenspiel.runtime.task.Promise;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * How a node reaches its volume at the journal-service. Calls return at once; promises are
 * completed on the node's serial owner, in any order, and fail with {@link StorageException}.
 * {@code UNAVAILABLE} leaves open whether it happened; nothing is retried here.
 */
public interface StoragePort {
  /** For a replay that is meant whatever epoch the journal has. */
  long ANY_EPOCH = -1;

  /** What the volume looks like. */
  Promise<VolumeInfo> volume();

  /**
   * Reads blocks, in the order asked for; each buffer is the caller's own, big-endian, one block
   * from 0 to limit.
   */
  Promise<List<ByteBuffer>> read(List<Long> blocks);

  /**
   * Writes blocks in place. Done when durable. Fails with STALE_EPOCH, and nothing of it reaches
   * the device, once the epoch is fenced; BAD_BLOCK_RANGE for blocks that are no business of nodes
   * (superblock, journals).
   */
  Promise<Void> write(int jid, long epoch, List<BlockImage> blocks);

  /**
   * Opens a clean journal under a new epoch; an older epoch is fenced by it. The caller holds the
   * journal glock EX.
   */
  Promise<OpenedJournal> openJournal(int jid, String nodeName);

  /**
   * Appends one log flush; done when durable. Appends of one journal are done in the order of the
   * calls. Once one has failed with IO_ERROR, all later ones of that epoch fail too.
   */
  Promise<Appended> append(int jid, long epoch, LogFlush flush);

  /**
   * Writes the clean header of an orderly unmount and ends the epoch (rule 7). Everything must be
   * in place before.
   */
  Promise<Void> closeJournal(int jid, long epoch);

  /**
   * Fences the epoch: after it is done nothing of that epoch reaches the device. Done at once when
   * it was fenced before. The journal stays fenced, durably, until it is replayed or opened.
   *
   * @param epoch as {@link #check} or {@link #openJournal} told it; nothing happens when it is not
   *     the newest
   * @param trace W3C traceparent; empty for none
   * @return whether that epoch was open, or was fenced and not replayed since: its owner may be
   *     alive and not know yet
   */
  Promise<Boolean> fence(int jid, long epoch, String trace);

  /**
   * Looks at a journal without changing anything.
   *
   * @param trace W3C traceparent; empty for none
   */
  Promise<JournalCheck> check(int jid, String trace);

  /**
   * Fences the epoch that the journal has, replays it if it is dirty, and writes the clean header.
   * The caller holds the journal glock EX. Nothing is written when the journal cannot be replayed
   * whole (JOURNAL_CORRUPT). Nothing is fenced or written when the journal's newest epoch is
   * another one than the caller has seen (STALE_EPOCH): it was opened since, and only a clean
   * journal is opened.
   *
   * @param expectedEpoch as {@link #check} has told it, 0 for a journal that was never opened; or
   *     {@link #ANY_EPOCH}
   * @param foldStatfs also adds the local statfs changes to the master, if no other journal is open
   *     or dirty; otherwise that is left to peers, and to the close of the last open journal
   * @param trace W3C traceparent; empty for none
   */
  Promise<ReplayResult> replay(int jid, long expectedEpoch, boolean foldStatfs, String trace);

  /**
   * Done when the journal has been seen clean and closed, with no epoch open; or when it was opened
   * under a newer epoch meanwhile, for only a clean journal is opened. Waits for as long as it
   * takes.
   */
  Promise<Void> awaitClean(int jid);
}
