package glockenspiel.bench.storage;

import glockenspiel.image.FormatParameters;
import glockenspiel.image.ImageFormat;
import glockenspiel.journal.device.ByteRange;
import glockenspiel.journal.device.FileBlockDevice.Access;
import glockenspiel.journal.device.VolumeStateFile;
import glockenspiel.journal.offline.OfflineVolume;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.Superblock;
import glockenspiel.ondisk.log.LogFlags;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.task.Promise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * An image whose journals are as full as they can be, each with copies of blocks that lie all over
 * a free region of its own, in no order; half of them metadata, half journaled data. It can be made
 * as dirty again as it was: a replay leaves the journals' content, but for one header.
 */
final class FullJournals {
  private static final long MEBIBYTE = 1L << 20;
  private static final int BLOCK = 4096;
  private static final int FLUSH_BLOCKS = 1024;

  /** Odd, so that its multiples go through all of a region whose size is a power of two. */
  private static final long STRIDE = 0x9E3779B1L;

  /** A journal, where its copies belong, and what its replay will overwrite in it. */
  record FullJournal(ByteRange bytes, ByteRange targets, long headerByte, ByteBuffer header) {}

  private final Path image;
  private final Path state;
  private final Path savedState;
  private final List<FullJournal> journals = new ArrayList<>();

  private FullJournals(Path image) {
    this.image = image;
    this.state = image.resolveSibling(image.getFileName() + VolumeStateFile.SUFFIX);
    this.savedState = image.resolveSibling(image.getFileName() + ".saved");
  }

  /**
   * Makes the image.
   *
   * @param journalMebibytes of each journal, a power of two
   */
  static FullJournals make(Path path, int count, int journalMebibytes) throws IOException {
    FullJournals full = new FullJournals(path);
    long journalBytes = journalMebibytes * MEBIBYTE;
    full.format(count, journalBytes);
    try (OfflineVolume volume = OfflineVolume.open(path, Access.WRITE)) {
      long blocks = volume.call(open -> Promise.of(open.info())).blocks();
      for (int jid = 0; jid < count; jid++) {
        long regionBlocks = journalBytes / BLOCK;
        long first = blocks - (jid + 1) * regionBlocks;
        full.fill(volume, jid, first, regionBlocks);
      }
    }
    Files.copy(full.state, full.savedState);
    BenchImage.sync(path);
    return full;
  }

  private void format(int count, long journalBytes) throws IOException {
    long bytes = count * (2 * journalBytes + 2 * MEBIBYTE) + 64 * MEBIBYTE;
    FormatParameters parameters =
        FormatParameters.of(bytes, count, StorageNode.VOLUME, UUID.randomUUID())
            .withJournalBytes(journalBytes)
            .withResourceGroupBytes(FormatParameters.RESOURCE_GROUP_BYTES_MAX);
    try (FileChannel file =
        FileChannel.open(
            image,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), bytes - 1);
      ImageFormat.format(parameters, (first, content) -> put(file, first * BLOCK, content));
      // Of lock_dlm images fsck.gfs2 replays no journals.
      long superblock = parameters.geometry().superblockBlock() * BLOCK;
      ByteBuffer block = get(file, superblock);
      Superblock made = Superblock.read(block);
      new Superblock(
              made.geometry(),
              made.format(),
              made.master(),
              made.root(),
              "lock_nolock",
              made.lockTable(),
              made.uuid())
          .write(block);
      put(file, superblock, block);
    }
  }

  private static ByteBuffer get(FileChannel file, long offset) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(BLOCK);
    while (block.hasRemaining()) {
      if (file.read(block, offset + block.position()) < 0) {
        throw new IOException("the image ends at byte " + offset);
      }
    }
    return block.flip();
  }

  private static void put(FileChannel file, long offset, ByteBuffer content) {
    try {
      long at = offset;
      while (content.hasRemaining()) {
        at += file.write(content, at);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void fill(OfflineVolume volume, int jid, long first, long regionBlocks)
      throws IOException {
    OpenedJournal opened = volume.call(open -> open.openJournal(jid, "node-" + jid));
    long tail = -1;
    long next = 0;
    long head = opened.headBlock();
    for (int size = FLUSH_BLOCKS; size > 0; ) {
      LogFlush flush = flush(first, regionBlocks, next, size, tail);
      try {
        var done = volume.call(open -> open.append(jid, opened.epoch(), flush));
        head = done.headBlock();
        tail = tail < 0 ? done.firstBlock() : tail;
        next += size;
      } catch (StorageException refused) {
        if (refused.reason() != StorageException.Reason.JOURNAL_FULL) {
          throw refused;
        }
        size /= 2;
      }
    }
    ByteRange bytes = volume.call(open -> Promise.of(open.journalRanges(jid))).getFirst();
    long headerByte = bytes.from() + (head + 1) % opened.blocks() * BLOCK;
    try (FileChannel file = FileChannel.open(image, StandardOpenOption.READ)) {
      journals.add(
          new FullJournal(
              bytes,
              new ByteRange(first * BLOCK, (first + next) * BLOCK),
              headerByte,
              get(file, headerByte)));
    }
  }

  private static LogFlush flush(long first, long regionBlocks, long next, int size, long tail) {
    List<BlockImage> metadata = new ArrayList<>();
    List<BlockImage> data = new ArrayList<>();
    for (long i = next; i < next + size; i++) {
      ByteBuffer content = ByteBuffer.allocate(BLOCK);
      for (int at = 0; at < BLOCK; at += Long.BYTES) {
        content.putLong(at, i * BLOCK + at);
      }
      BlockImage image = new BlockImage(first + i * STRIDE % regionBlocks, content);
      if (i % 2 == 0) {
        MetaHeader.write(content, MetaType.INDIRECT);
        metadata.add(image);
      } else {
        data.add(image);
      }
    }
    return new LogFlush(metadata, data, List.of(), tail, StatfsCounts.ZERO, LogFlags.FLUSH_NORMAL);
  }

  Path image() {
    return image;
  }

  List<FullJournal> journals() {
    return journals;
  }

  /**
   * Makes all journals as dirty as they were, and has the disk alone hold the image: what is read
   * next is read from there.
   */
  void reset() throws IOException, InterruptedException {
    try (FileChannel file = FileChannel.open(image, StandardOpenOption.WRITE)) {
      for (FullJournal journal : journals) {
        put(file, journal.headerByte(), journal.header().duplicate());
      }
      file.force(true);
    }
    Files.copy(savedState, state, StandardCopyOption.REPLACE_EXISTING);
    // posix_fadvise(POSIX_FADV_DONTNEED) for all of the file.
    Process drop =
        new ProcessBuilder(
                "dd", "of=" + image, "oflag=nocache", "conv=notrunc,fdatasync", "count=0")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (drop.waitFor() != 0) {
      throw new IOException("dd could not drop the image from the page cache");
    }
  }
}
