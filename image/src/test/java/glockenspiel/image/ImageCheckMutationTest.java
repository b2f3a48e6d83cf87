package glockenspiel.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever stands in the metadata, a check ends with a report, after a bounded number of reads. */
class ImageCheckMutationTest {
  private static final int BYTES_OF_INTEREST = 256;

  @ParameterizedTest
  @CsvSource({"01-small-files-4k,250", "06-revoke-many-512,250", "12-truncate-rename-xattr-4k,250"})
  void mutatedMetadataGivesReports(String name, int seeds) throws Exception {
    MemoryImage sound = KernelImage.replayed(name);
    sound.check();
    long readsMax = 2 * sound.reads() + 1000;
    List<Long> metadata = metadata(sound);
    MemoryImage image = sound.copy();
    for (int seed = 0; seed < seeds; seed++) {
      Random random = new Random(seed);
      List<Long> changed = new ArrayList<>();
      for (int count = 1 + random.nextInt(8); count > 0; count--) {
        long block = pick(metadata, random);
        mutate(image, block, metadata, random);
        changed.add(block);
      }
      long before = image.reads();
      CheckReport report = image.check();
      long reads = image.reads() - before;
      assertTrue(reads <= readsMax, "seed " + seed + ": " + reads + " reads");
      assertEquals(report.problemsFound() == 0, report.isClean());
      info(image);
      for (long block : changed) {
        image.block(block).put(0, sound.block(block), 0, sound.geometry().blockSize());
      }
    }
    assertTrue(image.check().isClean());
  }

  @Test
  void noiseGivesReports() {
    FormatParameters parameters =
        FormatParameters.of(2 << 20, 1, "demo:fs", new UUID(1, 1))
            .withBlockSize(1024)
            .withJournalBytes(64 * 1024)
            .withQuotaChangeBytes(1024);
    MemoryImage sound = MemoryImage.format(parameters);
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      MemoryImage image = sound.copy();
      for (long block = 65; block < image.blocks(); block++) {
        if (random.nextInt(4) == 0) {
          byte[] noise = new byte[1024];
          random.nextBytes(noise);
          image.block(block).put(0, noise);
        }
      }
      assertTrue(!image.check().isClean());
    }
    MemoryImage empty = new MemoryImage(new byte[1 << 20], 4096);
    assertEquals(1, empty.check().problemsFound());
    MemoryImage tooShort = new MemoryImage(new byte[4096], 4096);
    assertEquals(1, tooShort.check().problemsFound());
  }

  @Test
  void otherBlockSizeIsOneProblem() {
    FormatParameters parameters =
        FormatParameters.of(2 << 20, 1, "demo:fs", new UUID(1, 1))
            .withBlockSize(1024)
            .withJournalBytes(64 * 1024);
    MemoryImage image = new MemoryImage(MemoryImage.format(parameters).bytes(), 4096);
    CheckReport report = image.check();
    assertEquals(1, report.problemsFound());
    assertEquals("sb_bsize", report.problems().getFirst().field());
  }

  private static void info(MemoryImage image) {
    try {
      image.info();
    } catch (CorruptBlockException expected) {
      assertTrue(expected.getMessage() != null);
    }
  }

  private static List<Long> metadata(MemoryImage image) {
    List<Long> blocks = new ArrayList<>();
    for (long block = image.geometry().superblockBlock(); block < image.blocks(); block++) {
      MetaType type = MetaHeader.type(image.block(block));
      if (type != null
          && type != MetaType.LOG_HEADER
          && type != MetaType.LOG_DESCRIPTOR
          && type != MetaType.LOG_BLOCK
          && type != MetaType.QUOTA_CHANGE) {
        blocks.add(block);
      }
    }
    return blocks;
  }

  private static long pick(List<Long> blocks, Random random) {
    return blocks.get(random.nextInt(blocks.size()));
  }

  private static void mutate(MemoryImage image, long block, List<Long> metadata, Random random) {
    ByteBuffer content = image.block(block);
    int limit = random.nextInt(3) == 0 ? content.limit() : BYTES_OF_INTEREST;
    int at = random.nextInt(limit);
    switch (random.nextInt(5)) {
      case 0 -> content.put(at, (byte) (content.get(at) ^ 1 << random.nextInt(8)));
      case 1 -> content.putInt(at & ~3, random.nextInt());
      case 2 -> content.putLong(at & ~7, pick(metadata, random));
      case 3 -> content.putLong(at & ~7, random.nextLong() >>> random.nextInt(64));
      default -> content.put(0, image.block(pick(metadata, random)), 0, content.limit());
    }
  }
}
