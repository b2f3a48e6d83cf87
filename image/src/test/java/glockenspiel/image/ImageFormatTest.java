package glockenspiel.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import glockenspiel.ondisk.Superblock;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.Extent;
import glockenspiel.ondisk.inode.InumRange;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.ondisk.log.LogFlags;
import glockenspiel.ondisk.log.LogHeader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFormatTest {
  private static final UUID ID = new UUID(0x0123456789abcdefL, 0x8edcba9876543210L);
  private static final long MIB = 1 << 20;

  /** An image with small journals in many small groups. */
  private static FormatParameters small(int blockSize, int journals) {
    return FormatParameters.of(blockSize * (4000L + journals * 3000L), journals, "demo:fs", ID)
        .withBlockSize(blockSize)
        .withJournalBytes(blockSize * 70L)
        .withResourceGroupBytes(blockSize * 500L)
        .withSeconds(1_700_000_000);
  }

  @ParameterizedTest
  @CsvSource({
    "512,1", "512,3", "512,20", "1024,1", "1024,5", "1024,20", "2048,2", "2048,20", "4096,1",
    "4096,3", "4096,20"
  })
  void whatIsFormattedIsCleanAndSaysWhatItWasTold(int blockSize, int journals) {
    FormatParameters parameters = small(blockSize, journals);
    MemoryImage image = new MemoryImage(new byte[(int) parameters.imageBytes()], blockSize);
    FormattedImage made = ImageFormat.format(parameters, image);

    CheckReport report = image.check();
    assertEquals(List.of(), report.problems());
    assertEquals(List.of(), report.notes());
    assertEquals(made.statfs(), report.counted());
    assertEquals(4, report.directories());
    assertEquals(4 + 4L * journals, report.files());

    ImageInfo info = image.info();
    assertEquals(made.superblock().master(), info.superblock().master());
    assertEquals(made.superblock().root(), info.superblock().root());
    assertEquals(blockSize, info.superblock().geometry().blockSize());
    assertEquals(ID, info.superblock().uuid());
    assertEquals("demo:fs", info.superblock().lockTable());
    assertEquals(Superblock.FORMAT_MAX, info.superblock().format());
    assertEquals(made.resourceGroups(), info.resourceGroups().size());
    assertEquals(made.statfs(), info.statfs());
    assertEquals(made.statfs().free(), info.freeBlocks());
    assertEquals(8L + 4L * journals, info.dinodes());
    assertEquals(journals, info.journals().size());
    for (ImageInfo.Journal journal : info.journals()) {
      assertEquals(70, journal.blocks());
      assertEquals(1, journal.extents().size());
    }
    for (ImageInfo.NodeFiles node : info.nodes()) {
      assertEquals(StatfsChange.NONE, node.statfsChange());
      assertEquals(new InumRange(0, 0), node.inumRange());
      assertEquals(MIB, node.quotaChangeBytes());
    }
  }

  @ParameterizedTest
  @CsvSource({"512,1,8", "512,20,8", "1024,2,8", "2048,7,8", "4096,1,32", "4096,20,8"})
  void fsckHasNothingToSay(int blockSize, int journals, int journalMib, @TempDir Path folder)
      throws Exception {
    assumeTrue(Gfs2Utils.hasFsck());
    FormatParameters parameters =
        FormatParameters.of((journals * (journalMib + 2L) + 20) * MIB, journals, "a-1:b_2", ID)
            .withBlockSize(blockSize)
            .withJournalBytes(journalMib * MIB)
            .requireMountable();
    MemoryImage image = MemoryImage.format(parameters);
    assertEquals(List.of(), image.check().problems());
    Gfs2Utils.Verdict verdict = Gfs2Utils.fsck(image, folder);
    assertTrue(verdict.isClean(), verdict::toString);
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096})
  void fsckHasNothingToSayOfSmallJournalsAndGroups(int blockSize, @TempDir Path folder)
      throws Exception {
    assumeTrue(Gfs2Utils.hasFsck());
    Gfs2Utils.Verdict verdict = Gfs2Utils.fsck(MemoryImage.format(small(blockSize, 3)), folder);
    assertTrue(verdict.isClean(), verdict::toString);
  }

  @Test
  void thousandJournalsFit() {
    FormatParameters parameters =
        FormatParameters.of(100 * MIB, 1024, "demo:fs", ID)
            .withBlockSize(512)
            .withJournalBytes(64 * 512)
            .withQuotaChangeBytes(512);
    MemoryImage image = MemoryImage.format(parameters);
    assertEquals(List.of(), image.check().problems());
    ImageInfo info = image.info();
    assertEquals(1024, info.journals().size());
    Dinode jindex =
        image
            .volume()
            .require(image.volume().inode(info.superblock().master().address()), "jindex");
    assertTrue(jindex.height() > 0, "the hash table outgrows the dinode");
  }

  @ParameterizedTest
  @CsvSource({"512,3", "512,20", "1024,2", "2048,3", "4096,1", "4096,20"})
  void systemInodesAreAsMkfsMakesThem(int blockSize, int journals, @TempDir Path folder)
      throws Exception {
    assumeTrue(Gfs2Utils.find("mkfs.gfs2").isPresent());
    FormatParameters parameters =
        FormatParameters.of(journals * 20L * MIB + 40 * MIB, journals, "demo:fs", ID)
            .withBlockSize(blockSize)
            .withJournalBytes(8 * MIB);
    MemoryImage theirs = Gfs2Utils.mkfs(parameters, folder);
    MemoryImage ours = MemoryImage.format(parameters);
    assertEquals(List.of(), theirs.check().problems());

    ImageInfo their = theirs.info();
    ImageInfo our = ours.info();
    assertEquals(their.superblock().format(), our.superblock().format());
    assertEquals(their.superblock().lockProtocol(), our.superblock().lockProtocol());
    assertEquals(their.superblock().lockTable(), our.superblock().lockTable());
    assertEquals(their.superblock().uuid(), our.superblock().uuid());
    assertEquals(their.resourceGroups().size(), our.resourceGroups().size());
    assertEquals(their.nextFormalInode(), our.nextFormalInode());
    assertEquals(their.statfs().dinodes(), our.statfs().dinodes());
    for (int jid = 0; jid < journals; jid++) {
      assertEquals(their.journals().get(jid).extents(), our.journals().get(jid).extents());
    }
    Dinode theirMaster = theirs.volume().inode(their.superblock().master().address());
    Dinode ourMaster = ours.volume().inode(our.superblock().master().address());
    assertSameFields("master", theirMaster, ourMaster);
    for (String name : List.of("jindex", "per_node", "inum", "statfs", "rindex", "quota")) {
      assertSameFields(
          name, theirs.volume().require(theirMaster, name), ours.volume().require(ourMaster, name));
    }
    Dinode theirJindex = theirs.volume().require(theirMaster, "jindex");
    Dinode ourJindex = ours.volume().require(ourMaster, "jindex");
    Dinode theirPerNode = theirs.volume().require(theirMaster, "per_node");
    Dinode ourPerNode = ours.volume().require(ourMaster, "per_node");
    for (int jid = 0; jid < journals; jid++) {
      String journal = "journal" + jid;
      assertSameFields(
          journal,
          theirs.volume().require(theirJindex, journal),
          ours.volume().require(ourJindex, journal));
      for (String file : List.of("inum_range", "statfs_change", "quota_change")) {
        assertSameFields(
            file + jid,
            theirs.volume().require(theirPerNode, file + jid),
            ours.volume().require(ourPerNode, file + jid));
      }
    }
    assertSameFields(
        "root",
        theirs.volume().inode(their.superblock().root().address()),
        ours.volume().inode(our.superblock().root().address()));
  }

  /** All fields but addresses, times and goals. */
  private static void assertSameFields(String name, Dinode theirs, Dinode ours) {
    assertEquals(theirs.formalInode(), ours.formalInode(), name);
    assertEquals(theirs.mode(), ours.mode(), name);
    assertEquals(theirs.uid(), ours.uid(), name);
    assertEquals(theirs.gid(), ours.gid(), name);
    assertEquals(theirs.links(), ours.links(), name);
    assertEquals(theirs.size(), ours.size(), name);
    assertEquals(theirs.blocks(), ours.blocks(), name);
    assertEquals(theirs.flags(), ours.flags(), name);
    assertEquals(theirs.payloadFormat(), ours.payloadFormat(), name);
    assertEquals(theirs.height(), ours.height(), name);
    assertEquals(theirs.depth(), ours.depth(), name);
    assertEquals(theirs.entries(), ours.entries(), name);
    assertEquals(theirs.generation(), ours.generation(), name);
    assertEquals(theirs.eattr(), ours.eattr(), name);
    if (theirs.isStuffed() && !theirs.isDirectory() && !name.equals("rindex")) {
      if (!name.equals("statfs")) {
        assertEquals(theirs.stuffedData(), ours.stuffedData(), name);
      }
    }
  }

  @Test
  void journalsHoldCleanHeadersInOneWrappingSequence() {
    MemoryImage image = MemoryImage.format(small(1024, 2));
    for (ImageInfo.Journal journal : image.info().journals()) {
      Extent extent = journal.extents().getFirst();
      int wraps = 0;
      long before = -1;
      for (long position = 0; position < extent.length(); position++) {
        LogHeader header =
            LogHeader.readIfValid(image.block(extent.physical() + position), position);
        assertTrue(header != null && header.isClean() && header.isV2());
        assertTrue(header.hasFlags(LogFlags.USERSPACE));
        assertEquals(extent.physical() + position, header.address());
        assertEquals(journal.inode().address(), header.journalInode());
        if (before >= 0 && header.sequence() != before + 1) {
          assertEquals(0, header.sequence());
          wraps++;
        }
        before = header.sequence();
      }
      assertTrue(wraps <= 1);
    }
  }

  @Test
  void sameParametersGiveSameBytes() {
    FormatParameters parameters = small(1024, 3);
    byte[] first = MemoryImage.format(parameters).bytes();
    assertArrayEquals(first, MemoryImage.format(parameters).bytes());
    FormatParameters other =
        FormatParameters.of(parameters.imageBytes(), 3, "demo:fs", new UUID(1, 2))
            .withBlockSize(1024)
            .withJournalBytes(parameters.journalBytes());
    assertFalse(Arrays.equals(first, MemoryImage.format(other).bytes()));
  }

  @Test
  void tooSmallImagesAreRefusedBeforeAnythingIsWritten() {
    for (long bytes : new long[] {2 * MIB, 16 * MIB, 24 * MIB, 26 * MIB}) {
      FormatParameters parameters =
          FormatParameters.of(bytes, 3, "demo:fs", ID).withJournalBytes(8 * MIB);
      assertThrows(
          IllegalArgumentException.class,
          () ->
              ImageFormat.format(
                  parameters,
                  (first, content) -> {
                    throw new AssertionError("written");
                  }));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "fs",
        ":fs",
        "demo:",
        "a:b:c",
        "demo:f s",
        "demo:f/s",
        "démo:fs",
        "123456789012345678901234567890123:fs",
        "demo:1234567890123456789012345678901"
      })
  void badLockTablesAreRefused(String table) {
    assertThrows(IllegalArgumentException.class, () -> FormatParameters.of(64 * MIB, 1, table, ID));
  }

  @Test
  void limitsAreChecked() {
    FormatParameters good = FormatParameters.of(64 * MIB, 1, "demo:fs", ID);
    assertEquals(8 * MIB, good.journalBytes());
    assertEquals(32 * MIB, FormatParameters.of(3L << 30, 1, "demo:fs", ID).journalBytes());
    assertThrows(IllegalArgumentException.class, () -> good.withBlockSize(8192));
    assertThrows(IllegalArgumentException.class, () -> good.withJournalBytes(63 * 4096));
    assertThrows(IllegalArgumentException.class, () -> good.withResourceGroupBytes(4096));
    assertThrows(IllegalArgumentException.class, () -> good.withQuotaChangeBytes(100));
    FormatParameters tiny = good.withJournalBytes(64 * 4096);
    assertThrows(IllegalArgumentException.class, tiny::requireMountable);
    assertThrows(
        IllegalArgumentException.class, () -> FormatParameters.of(64 * MIB, 0, "demo:fs", ID));
  }
}
