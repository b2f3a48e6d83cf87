package glockenspiel.protocol.wire;

import static glockenspiel.protocol.wire.FieldCheck.STORAGE;

import glockenspiel.journal.v1.FencingState;
import glockenspiel.journal.v1.OpenJournalResponse;
import glockenspiel.journal.v1.ReplayJournalRequest;
import glockenspiel.journal.v1.Volume;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.protocol.storage.VolumeInfo;

/**
 * The single words about volumes and journals. What is read throws {@link StorageException} with
 * INVALID_ARGUMENT that names the bad field.
 */
public final class StorageWire {
  private static final int NAME_LENGTH_MAX = 255;
  private static final int BLOCK_SIZE_MIN = 512;
  private static final int BLOCK_SIZE_MAX = 4096;

  private StorageWire() {}

  /** Reads the required name of a volume. */
  public static String volumeName(String field, String name) {
    return STORAGE.name(field, name, NAME_LENGTH_MAX);
  }

  /** Reads the required name of a node. */
  public static String nodeName(String field, String name) {
    return STORAGE.name(field, name, NAME_LENGTH_MAX);
  }

  /** Reads a jid. */
  public static int jid(String field, int jid) {
    return STORAGE.count(field, jid);
  }

  /** Reads a required fencing epoch. */
  public static long epoch(String field, long epoch) {
    return STORAGE.positive(field, epoch);
  }

  /** Reads the epoch that a replay expects. */
  public static long expectedEpoch(ReplayJournalRequest request) {
    return request.hasExpectedEpoch()
        ? STORAGE.count("expected_epoch", request.getExpectedEpoch())
        : StoragePort.ANY_EPOCH;
  }

  /** Writes a volume. */
  public static Volume volume(VolumeInfo volume) {
    return Volume.newBuilder()
        .setName(volume.name())
        .setBlockSize(volume.blockSize())
        .setBlocks(volume.blocks())
        .setJournals(volume.journals())
        .build();
  }

  /** Reads a volume. */
  public static VolumeInfo volume(Volume volume) {
    int blockSize = volume.getBlockSize();
    STORAGE.range("volume.block_size", blockSize, BLOCK_SIZE_MIN, BLOCK_SIZE_MAX);
    if (Integer.bitCount(blockSize) != 1) {
      throw STORAGE.bad("volume.block_size", blockSize + " is not a power of two");
    }
    return new VolumeInfo(
        volumeName("volume.name", volume.getName()),
        blockSize,
        STORAGE.positive("volume.blocks", volume.getBlocks()),
        STORAGE.count("volume.journals", volume.getJournals()));
  }

  /** Writes an opened journal. */
  public static OpenJournalResponse opened(OpenedJournal opened) {
    return OpenJournalResponse.newBuilder()
        .setJid(opened.jid())
        .setEpoch(opened.epoch())
        .setBlocks(opened.blocks())
        .setHeadBlock(opened.headBlock())
        .setSequence(opened.sequence())
        .build();
  }

  /** Reads an opened journal. */
  public static OpenedJournal opened(OpenJournalResponse opened) {
    return new OpenedJournal(
        jid("jid", opened.getJid()),
        epoch("epoch", opened.getEpoch()),
        STORAGE.positive("blocks", opened.getBlocks()),
        STORAGE.count("head_block", opened.getHeadBlock()),
        opened.getSequence());
  }

  /** Writes what became of a flush. */
  public static glockenspiel.journal.v1.Appended appended(Appended appended) {
    return glockenspiel.journal.v1.Appended.newBuilder()
        .setSequence(appended.sequence())
        .setFirstBlock(appended.firstBlock())
        .setHeadBlock(appended.headBlock())
        .build();
  }

  /** Reads what became of a flush. */
  public static Appended appended(glockenspiel.journal.v1.Appended appended) {
    return new Appended(
        appended.getSequence(),
        STORAGE.count("appended.first_block", appended.getFirstBlock()),
        STORAGE.count("appended.head_block", appended.getHeadBlock()));
  }

  /** Writes counts. */
  public static glockenspiel.journal.v1.StatfsCounts statfs(StatfsCounts counts) {
    return glockenspiel.journal.v1.StatfsCounts.newBuilder()
        .setTotal(counts.total())
        .setFree(counts.free())
        .setDinodes(counts.dinodes())
        .build();
  }

  /** Reads counts; those that were left out are zero. */
  public static StatfsCounts statfs(glockenspiel.journal.v1.StatfsCounts counts) {
    return new StatfsCounts(counts.getTotal(), counts.getFree(), counts.getDinodes());
  }

  /** Writes what a look at a journal showed. */
  public static glockenspiel.journal.v1.JournalCheck check(JournalCheck check) {
    glockenspiel.journal.v1.JournalCheck.Builder builder =
        glockenspiel.journal.v1.JournalCheck.newBuilder()
            .setJid(check.jid())
            .setState(state(check.state()))
            .setEpoch(check.epoch())
            .setOpen(check.open())
            .setFencing(
                check.closed()
                    ? FencingState.FENCING_STATE_CLOSED
                    : FencingState.FENCING_STATE_UNSPECIFIED)
            .setSequence(check.sequence())
            .setTail(check.tail())
            .setBlocks(check.blocks())
            .setProblem(check.problem());
    if (check.headBlock() >= 0) {
      builder.setHeadBlock(check.headBlock());
    }
    return builder.build();
  }

  /** Reads what a look at a journal showed. */
  public static JournalCheck check(glockenspiel.journal.v1.JournalCheck check) {
    return new JournalCheck(
        jid("journal.jid", check.getJid()),
        state("journal.state", check.getState()),
        STORAGE.count("journal.epoch", check.getEpoch()),
        check.getOpen(),
        check.getFencing() == FencingState.FENCING_STATE_CLOSED,
        check.hasHeadBlock() ? STORAGE.count("journal.head_block", check.getHeadBlock()) : -1,
        check.getSequence(),
        STORAGE.count("journal.tail", check.getTail()),
        STORAGE.count("journal.blocks", check.getBlocks()),
        check.getProblem());
  }

  private static glockenspiel.journal.v1.JournalState state(JournalState state) {
    return switch (state) {
      case CLEAN -> glockenspiel.journal.v1.JournalState.JOURNAL_STATE_CLEAN;
      case DIRTY -> glockenspiel.journal.v1.JournalState.JOURNAL_STATE_DIRTY;
      case CORRUPT -> glockenspiel.journal.v1.JournalState.JOURNAL_STATE_CORRUPT;
    };
  }

  private static JournalState state(String field, glockenspiel.journal.v1.JournalState state) {
    return switch (state) {
      case JOURNAL_STATE_CLEAN -> JournalState.CLEAN;
      case JOURNAL_STATE_DIRTY -> JournalState.DIRTY;
      case JOURNAL_STATE_CORRUPT -> JournalState.CORRUPT;
      case JOURNAL_STATE_UNSPECIFIED -> throw STORAGE.bad(field, "is missing");
      case UNRECOGNIZED -> throw STORAGE.bad(field, "is not a journal state");
    };
  }

  /** Writes what a replay did. */
  public static glockenspiel.journal.v1.ReplayResult result(ReplayResult result) {
    return glockenspiel.journal.v1.ReplayResult.newBuilder()
        .setJid(result.jid())
        .setReplayed(result.replayed())
        .setWasOpen(result.wasOpen())
        .setRevokesFound(result.revokesFound())
        .setBlocksFound(result.blocksFound())
        .setBlocksReplayed(result.blocksReplayed())
        .setDataBlocksFound(result.dataBlocksFound())
        .setDataBlocksReplayed(result.dataBlocksReplayed())
        .setBlocksWritten(result.blocksWritten())
        .setHeadBlock(result.headBlock())
        .setSequence(result.sequence())
        .setMillis(result.millis())
        .build();
  }

  /** Reads what a replay did. */
  public static ReplayResult result(glockenspiel.journal.v1.ReplayResult result) {
    return new ReplayResult(
        jid("result.jid", result.getJid()),
        result.getReplayed(),
        result.getWasOpen(),
        STORAGE.count("result.revokes_found", result.getRevokesFound()),
        STORAGE.count("result.blocks_found", result.getBlocksFound()),
        STORAGE.count("result.blocks_replayed", result.getBlocksReplayed()),
        STORAGE.count("result.data_blocks_found", result.getDataBlocksFound()),
        STORAGE.count("result.data_blocks_replayed", result.getDataBlocksReplayed()),
        STORAGE.count("result.blocks_written", result.getBlocksWritten()),
        STORAGE.count("result.head_block", result.getHeadBlock()),
        result.getSequence(),
        STORAGE.count("result.millis", result.getMillis()));
  }
}
