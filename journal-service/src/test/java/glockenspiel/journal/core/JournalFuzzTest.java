package glockenspiel.journal.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.device.MemoryDisk;
import glockenspiel.journal.device.MemoryEpochStore;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.ondisk.log.SealedHeader;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Damage where it hurts: headers with checksums that fit, descriptors, tags, revokes, the system
 * files. Whatever is there, opening, checking, dumping and replaying end, with an answer or with
 * one of our own exceptions; and no write goes to the superblock or to a journal, but the clean
 * header.
 */
class JournalFuzzTest {
  private static final int RUNS = 1500;
  private static final long SEED = 20_261_122;

  private final TinyImage image = TinyImage.of(512, 2, 48);
  private final List<Long> metadataBlocks = new ArrayList<>();

  @Test
  @Timeout(120)
  void damageNeverDoesMoreThanRefuse() {
    byte[] good = dirtyImage();
    findMetadata(good);
    SplittableRandom seeds = new SplittableRandom(SEED);
    int refused = 0;
    for (int run = 0; run < RUNS; run++) {
      long seed = seeds.nextLong();
      try {
        refused += damaged(good, seed) ? 1 : 0;
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError("seed " + seed + ": " + failure, failure);
      }
    }
    assertTrue(refused > RUNS / 10 && refused < RUNS, refused + " of " + RUNS + " refused");
  }

  private boolean damaged(byte[] good, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bad = good.clone();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      damage(bad, random);
    }
    TestVolume test = new TestVolume(MemoryDisk.of(bad), new MemoryEpochStore(), seed);
    boolean refused = false;
    try (test) {
      try {
        test.open();
      } catch (StorageException unreadable) {
        assertOneLine(unreadable);
        return true;
      }
      for (int jid = 0; jid < test.volume().info().journals(); jid++) {
        refused |= use(test, jid);
      }
    }
    return refused;
  }

  private boolean use(TestVolume test, int jid) {
    boolean refused = false;
    try {
      assertTrue(test.call(volume -> volume.check(jid)).blocks() > 0);
      test.call(volume -> volume.dump(jid, true, line -> {}));
      test.call(volume -> volume.dump(jid, false, line -> {}));
    } catch (StorageException failure) {
      assertOneLine(failure);
      refused = true;
    }
    test.writtenSectors.clear();
    try {
      var result = test.call(volume -> volume.replay(jid, true, ReplayListener.NONE));
      long header = result.replayed() ? result.headBlock() : -1;
      assertNothingElse(test, jid, header);
    } catch (StorageException failure) {
      assertOneLine(failure);
      assertTrue(
          failure.reason() != StorageException.Reason.JOURNAL_CORRUPT
              || test.writtenSectors.isEmpty(),
          "a refused replay wrote something");
      refused = true;
    }
    return refused;
  }

  private static void assertNothingElse(TestVolume test, int jid, long header) {
    int blockSize = test.volume().info().blockSize();
    int headers = 0;
    for (long sector : test.writtenSectors) {
      long at = sector * 512;
      assertTrue(at > 65536, "write below the superblock's end");
      for (int other = 0; other < test.volume().info().journals(); other++) {
        boolean inside =
            test.volume().journalRanges(other).stream()
                .anyMatch(range -> range.overlaps(at, at + blockSize));
        // Journals that were never opened may be put in place like files, as under Linux.
        headers += inside && other == jid ? 1 : 0;
      }
    }
    assertTrue(headers <= (header < 0 ? 0 : 1), headers + " writes to the replayed journal");
  }

  private static void assertOneLine(StorageException failure) {
    String message = String.valueOf(failure.getMessage());
    assertEquals(1, message.lines().count(), message);
  }

  private void damage(byte[] bytes, SplittableRandom random) {
    int size = image.geometry.blockSize();
    long block = metadataBlocks.get(random.nextInt(metadataBlocks.size()));
    ByteBuffer buffer = ByteBuffer.wrap(bytes, (int) block * size, size).slice();
    MetaType type = MetaHeader.type(buffer);
    if (type == MetaType.LOG_HEADER && random.nextInt(4) != 0) {
      rewriteHeader(buffer, random);
      return;
    }
    int at = random.nextInt(type == MetaType.LOG_DESCRIPTOR ? 15 : size / 8) * 8;
    switch (random.nextInt(5)) {
      case 0 -> buffer.putInt(at, random.nextInt());
      case 1 -> buffer.putLong(at, random.nextInt(700));
      case 2 -> buffer.put(at + 7, (byte) (buffer.get(at + 7) + random.nextInt(3) - 1));
      case 3 -> buffer.putInt(at + 4, random.nextInt(80));
      default -> buffer.putLong(at, random.nextLong());
    }
  }

  /** Another header, and its checksums fit. */
  private static void rewriteHeader(ByteBuffer buffer, SplittableRandom random) {
    LogHeader old = LogHeader.read(buffer);
    LogHeader changed =
        LogHeader.of(
            random.nextBoolean() ? old.sequence() + random.nextInt(5) - 2 : random.nextLong(),
            random.nextBoolean() ? 2 : old.flags(),
            random.nextBoolean() ? random.nextInt(60) : old.tail(),
            random.nextInt(8) == 0 ? random.nextInt(60) : old.position(),
            old.seconds(),
            old.nanos(),
            old.address(),
            old.journalInode(),
            random.nextInt(700),
            old.quotaAddress(),
            old.localStatfs());
    switch (random.nextInt(6)) {
      case 0 -> changed.writeV1(buffer);
      case 1, 2 -> new SealedHeader(changed, random.nextInt(8), random.nextInt(2)).write(buffer);
      default -> changed.write(buffer);
    }
  }

  private void findMetadata(byte[] good) {
    int size = image.geometry.blockSize();
    for (int block = 128; block < good.length / size; block++) {
      if (MetaHeader.hasMagic(ByteBuffer.wrap(good, block * size, size).slice())) {
        metadataBlocks.add((long) block);
      }
    }
  }

  private byte[] dirtyImage() {
    try (TestVolume test = TestVolume.of(image.disk, 1)) {
      for (int jid = 0; jid < 2; jid++) {
        int number = jid;
        OpenedJournal journal = test.call(volume -> volume.openJournal(number, "node"));
        long tail = -1;
        for (int flush = 0; flush < 4; flush++) {
          List<BlockImage> metadata = new ArrayList<>();
          for (int i = 0; i < 5; i++) {
            metadata.add(new BlockImage(image.firstData + jid * 40L + i, image.metadata(i)));
          }
          List<BlockImage> data =
              List.of(new BlockImage(image.firstData + jid * 40L + 20, image.data(3)));
          List<Long> revokes = List.of(image.firstData + jid * 40L + 30 + flush);
          LogFlush content =
              new LogFlush(metadata, data, revokes, tail, new StatfsCounts(0, flush, 1), 2);
          Appended appended = test.call(volume -> volume.append(number, journal.epoch(), content));
          tail = tail < 0 ? appended.firstBlock() : tail;
        }
      }
      test.stop();
      return image.disk.bytes(0, (int) image.disk.size());
    }
  }
}
