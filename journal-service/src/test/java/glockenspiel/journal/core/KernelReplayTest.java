package glockenspiel.journal.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StorageException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replay does to every image what the Linux kernel did, block by block. */
class KernelReplayTest {
  static Stream<KernelCase> cases() {
    return KernelCase.NAMES.stream().map(KernelCase::new);
  }

  static Stream<KernelCase> dirtyCases() {
    return cases().filter(each -> each.find("(?m)^clean [0-9]") != null);
  }

  static Stream<KernelCase> badCases() {
    return cases()
        .filter(each -> each.says("REPLAY MUST FAIL") || each.says("NO valid log header"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void checkFindsTheHead(KernelCase kernel) {
    try (TestVolume test = TestVolume.of(kernel.disk(), 1)) {
      long journals = kernel.number("(?m)^journals ([0-9]+)");
      assertEquals(journals, test.volume().info().journals());
      for (int jid = 0; jid < journals; jid++) {
        int number = jid;
        JournalCheck check = test.call(volume -> volume.check(number));
        String journal = "(?m)^journal " + jid + ": ";
        assertEquals(kernel.number(journal + ".*, ([0-9]+) blocks"), check.blocks());
        if (kernel.says("journal " + jid + ": NO valid log header")) {
          assertEquals(JournalState.CORRUPT, check.state());
          assertEquals(-1, check.headBlock());
          continue;
        }
        assertEquals(kernel.number(journal + "head j.(0x[0-9a-f]+)"), check.headBlock());
        assertEquals(kernel.number(journal + ".* lh_sequence (0x[0-9a-f]+)"), check.sequence());
        assertEquals(kernel.number(journal + ".* lh_tail (0x[0-9a-f]+)"), check.tail());
        JournalState expected =
            kernel.says("journal " + jid + ": REPLAY MUST FAIL")
                ? JournalState.CORRUPT
                : kernel.says("journal " + jid + ": CLEAN")
                    ? JournalState.CLEAN
                    : JournalState.DIRTY;
        assertEquals(expected, check.state(), check.problem());
      }
      assertFalse(test.operations.toString().matches(".*[wse].*"), "a check changes nothing");
    }
  }

  /** However much of the journal can be held: none, some, all. */
  @ParameterizedTest
  @MethodSource("dirtyCases")
  void replayGivesTheKernelsBlocks(KernelCase kernel) {
    Matcher clean =
        Objects.requireNonNull(
            kernel.find(
                "(?m)^clean ([0-9]+) j\\+(0x[0-9a-f]+) block (0x[0-9a-f]+) lh_sequence"
                    + " (0x[0-9a-f]+)"));
    int jid = Integer.parseInt(clean.group(1));
    long cleanBlock = Long.decode(clean.group(3));
    for (int pieces : new int[] {0, 40, Integer.MAX_VALUE}) {
      try (TestVolume test = TestVolume.of(kernel.disk(), 2, pieces)) {
        ReplayResult rehearsed = test.call(volume -> volume.rehearse(jid));
        ReplayResult result = test.call(volume -> volume.replay(jid, true, ReplayListener.NONE));

        assertCounts(kernel, jid, result);
        assertEquals(rehearsed.blocksWritten(), result.blocksWritten());
        assertEquals(Long.decode(clean.group(2)), result.headBlock());
        assertEquals(Long.decode(clean.group(4)), result.sequence());
        assertResultBlocks(kernel, test);
        assertDelta(kernel, test, cleanBlock);
        assertCleanHeader(kernel, test, cleanBlock, result);
        assertEquals(0, test.memory.taken());
        assertSecondDoesNothing(test, jid, result);
      }
    }
  }

  private static void assertCounts(KernelCase kernel, int jid, ReplayResult result) {
    String journal = "(?m)^journal " + jid + ": ";
    assertTrue(result.replayed());
    assertFalse(result.wasOpen());
    assertEquals(
        kernel.number(journal + "revoke entries [0-9]+, distinct ([0-9]+)"), result.revokesFound());
    assertEquals(kernel.number(journal + "metadata copies ([0-9]+)"), result.blocksFound());
    assertEquals(
        kernel.number(journal + "metadata copies [0-9]+ replayed ([0-9]+)"),
        result.blocksReplayed());
    assertEquals(kernel.number(journal + "jdata copies ([0-9]+)"), result.dataBlocksFound());
    assertEquals(
        kernel.number(journal + "jdata copies [0-9]+ replayed ([0-9]+)"),
        result.dataBlocksReplayed());
    assertEquals(
        kernel.number(journal + "distinct blocks written ([0-9]+)"), result.blocksWritten());
  }

  private static void assertResultBlocks(KernelCase kernel, TestVolume test) {
    Map<Long, String> hashes = new TreeMap<>();
    Matcher replay =
        Pattern.compile("(?m)^replay [0-9]+ (0x[0-9a-f]+) ([0-9a-f]{64})")
            .matcher(kernel.expected());
    while (replay.find()) {
      hashes.put(Long.decode(replay.group(1)), replay.group(2));
    }
    Matcher statfs =
        Pattern.compile("(?m)^kernel-final (0x[0-9a-f]+) ([0-9a-f]{64})")
            .matcher(kernel.expected());
    while (statfs.find()) {
      hashes.put(Long.decode(statfs.group(1)), statfs.group(2));
    }
    hashes.forEach(
        (block, hash) ->
            assertEquals(
                hash, sha256(block(kernel, test, block)), "block 0x" + Long.toHexString(block)));
  }

  private static void assertDelta(KernelCase kernel, TestVolume test, long cleanBlock) {
    TreeMap<Long, byte[]> delta = kernel.kernelDelta();
    assertTrue(delta.containsKey(cleanBlock));
    delta.forEach(
        (block, content) -> {
          if (block != cleanBlock) {
            assertArrayEquals(
                content, block(kernel, test, block), "block 0x" + Long.toHexString(block));
          }
        });
    // Nothing else: what we wrote beyond the kernel's delta holds what it held before.
    TreeSet<Long> written = new TreeSet<>();
    test.writtenSectors.forEach(sector -> written.add(sector * 512 / kernel.blockSize()));
    written.removeAll(delta.keySet());
    var before = kernel.disk();
    for (long block : written) {
      assertArrayEquals(
          before.bytes(block * kernel.blockSize(), kernel.blockSize()),
          block(kernel, test, block),
          "block 0x" + Long.toHexString(block));
    }
  }

  private static void assertCleanHeader(
      KernelCase kernel, TestVolume test, long block, ReplayResult result) {
    LogHeader ours =
        LogHeader.readIfValid(ByteBuffer.wrap(block(kernel, test, block)), result.headBlock());
    byte[] theirBytes = kernel.kernelDelta().get(block);
    assertNotNull(theirBytes);
    LogHeader theirs = LogHeader.readIfValid(ByteBuffer.wrap(theirBytes), result.headBlock());
    assertNotNull(ours);
    assertNotNull(theirs);
    LogHeader expected =
        new LogHeader(
            theirs.sequence(),
            theirs.flags(),
            theirs.tail(),
            theirs.position(),
            theirs.hash(),
            ours.crc(),
            TestVolume.NOW / 1_000_000_000L,
            (int) (TestVolume.NOW % 1_000_000_000L),
            theirs.address(),
            theirs.journalInode(),
            theirs.statfsAddress(),
            theirs.quotaAddress(),
            theirs.localStatfs());
    assertEquals(expected, ours);
  }

  private static void assertSecondDoesNothing(TestVolume test, int jid, ReplayResult first) {
    test.writtenSectors.clear();
    ReplayResult second = test.call(volume -> volume.replay(jid, true, ReplayListener.NONE));
    assertFalse(second.replayed());
    assertEquals(first.headBlock(), second.headBlock());
    assertEquals(first.sequence(), second.sequence());
    assertTrue(test.writtenSectors.isEmpty());
    JournalCheck check = test.call(volume -> volume.check(jid));
    assertEquals(JournalState.CLEAN, check.state());
  }

  @ParameterizedTest
  @MethodSource("badCases")
  void whatCannotBeReplayedIsLeftAlone(KernelCase kernel) {
    try (TestVolume test = TestVolume.of(kernel.disk(), 3)) {
      StorageException refused =
          assertThrows(
              StorageException.class,
              () -> test.call(volume -> volume.replay(0, true, ReplayListener.NONE)));
      assertEquals(StorageException.Reason.JOURNAL_CORRUPT, refused.reason());
      assertTrue(test.writtenSectors.isEmpty(), "nothing was written");
    }
  }

  private static byte[] block(KernelCase kernel, TestVolume test, long block) {
    return test.disk.bytes(block * kernel.blockSize(), kernel.blockSize());
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
