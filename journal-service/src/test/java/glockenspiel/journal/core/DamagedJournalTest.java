package glockenspiel.journal.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.device.MemoryDisk;
import glockenspiel.ondisk.log.LogFlags;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StorageException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the Linux kernel accepts of a damaged image gives the kernel's bytes; what it refuses is
 * refused before anything is written.
 */
class DamagedJournalTest {
  private static final int HEADER_TIMES_AT = 48;
  private static final int HEADER_TIMES_END = 64;

  /** One journal is refused and stays as it is; the other is replayed. */
  private static final String OTHERS = "replays the others";

  static Stream<DamagedCase> cases() {
    return DamagedCase.all().stream();
  }

  /** What was said of each journal, as the case file says it. */
  private record Outcome(List<String> journals, List<String> refused) {}

  @ParameterizedTest
  @MethodSource("cases")
  void replayDoesWhatTheKernelDoes(DamagedCase damaged) {
    MemoryDisk disk = damaged.disk();
    MemoryDisk before = disk.copy(disk.size());
    TestVolume test;
    try {
      test = TestVolume.of(disk, 1);
    } catch (StorageException refused) {
      assertRefused(damaged, List.of(String.valueOf(refused.getMessage())));
      return;
    }
    try (test) {
      Outcome outcome = replayAll(test);
      if (!outcome.refused().isEmpty()) {
        assertRefused(damaged, outcome.refused());
        if (!OTHERS.equals(damaged.ours)) {
          assertTrue(test.writtenSectors.isEmpty(), "nothing is written");
        }
        return;
      }
      List<String> expected = new ArrayList<>(damaged.kernel);
      if (damaged.ours == null) {
        List<String> ours = new ArrayList<>(outcome.journals());
        ours.add(changed(damaged.blockSize(), before, test));
        assertEquals(String.join("\n", expected), String.join("\n", ours));
      } else {
        assertEquals("replays", damaged.ours);
      }
    }
  }

  private static Outcome replayAll(TestVolume test) {
    Outcome outcome = new Outcome(new ArrayList<>(), new ArrayList<>());
    for (int jid = 0; jid < test.volume().info().journals(); jid++) {
      int number = jid;
      try {
        ReplayResult result = test.call(volume -> volume.replay(number, true, ReplayListener.NONE));
        outcome.journals().add(words(result));
      } catch (StorageException refused) {
        assertEquals(StorageException.Reason.JOURNAL_CORRUPT, refused.reason());
        outcome.refused().add(String.valueOf(refused.getMessage()));
      }
    }
    return outcome;
  }

  private static String words(ReplayResult result) {
    return result.replayed()
        ? "journal %d replayed %d of %d revokes %d"
            .formatted(
                result.jid(),
                result.blocksReplayed() + result.dataBlocksReplayed(),
                result.blocksFound() + result.dataBlocksFound(),
                result.revokesFound())
        : "journal " + result.jid() + " clean";
  }

  /** The kernel refuses too, or the case says why we do; and the message says where. */
  private static void assertRefused(DamagedCase damaged, List<String> refused) {
    String message = String.join("; ", refused);
    boolean kernelRefuses = damaged.kernel.getLast().startsWith("refuses");
    String ours = damaged.ours;
    if (!kernelRefuses) {
      assertNotNull(ours, "the kernel accepts it; we say: " + message);
      if (!OTHERS.equals(ours)) {
        assertTrue(message.contains(ours.replaceFirst("^refuses: ", "")), message);
      }
    }
    assertTrue(
        message.matches("(?s).*(block 0x[0-9a-f]+ |rindex entry [0-9]+ |no valid log header).*"),
        message);
    assertFalse(message.contains("\n"), message);
  }

  private static String changed(int size, MemoryDisk before, TestVolume test) {
    TreeSet<Long> written = new TreeSet<>();
    test.writtenSectors.forEach(sector -> written.add(sector * 512 / size));
    MessageDigest digest = sha256();
    int count = 0;
    for (long block : written) {
      byte[] was = before.bytes(block * size, size);
      byte[] now = test.disk.bytes(block * size, size);
      if (Arrays.equals(was, now)) {
        continue;
      }
      LogHeader header = LogHeader.readIfValid(ByteBuffer.wrap(now), LogHeader.ANY_POSITION);
      if (header != null && header.flags() == (LogFlags.UNMOUNT | LogFlags.RECOVERY)) {
        Arrays.fill(now, HEADER_TIMES_AT, HEADER_TIMES_END, (byte) 0);
      }
      count++;
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, block));
      digest.update(now);
    }
    return "changed " + count + " " + HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
