package glockenspiel.protocol.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import glockenspiel.journal.v1.OpenJournalResponse;
import glockenspiel.journal.v1.Volume;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.VolumeInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StorageWireTest {
  @Test
  void wordsCross() throws Exception {
    VolumeInfo volume = new VolumeInfo("c:fs", 4096, 1L << 40, 3);
    assertEquals(
        volume, StorageWire.volume(Volume.parseFrom(StorageWire.volume(volume).toByteArray())));

    OpenedJournal opened = new OpenedJournal(2, 9, 8192, 17, 1234);
    assertEquals(opened, StorageWire.opened(StorageWire.opened(opened)));

    Appended appended = new Appended(1, 2, 3);
    assertEquals(appended, StorageWire.appended(StorageWire.appended(appended)));

    StatfsCounts counts = new StatfsCounts(-1, Long.MIN_VALUE, Long.MAX_VALUE);
    assertEquals(counts, StorageWire.statfs(StorageWire.statfs(counts)));

    ReplayResult result = new ReplayResult(1, true, true, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    assertEquals(result, StorageWire.result(StorageWire.result(result)));
  }

  @ParameterizedTest
  @EnumSource
  void checksCross(JournalState state) {
    JournalCheck check = new JournalCheck(0, state, 4, true, false, 0, 5, 6, 7, "a problem");
    assertEquals(check, StorageWire.check(StorageWire.check(check)));
    JournalCheck headless = new JournalCheck(0, state, 4, false, true, -1, 5, 6, 7, "");
    assertEquals(headless, StorageWire.check(StorageWire.check(headless)));
  }

  @Test
  void badFieldsAreNamed() {
    Volume good = StorageWire.volume(new VolumeInfo("c:fs", 4096, 100, 3));
    assertRefused(
        "volume.block_size: 8192 is not in 512..4096",
        () -> StorageWire.volume(good.toBuilder().setBlockSize(8192).build()));
    assertRefused(
        "volume.block_size: 1000 is not a power of two",
        () -> StorageWire.volume(good.toBuilder().setBlockSize(1000).build()));
    assertRefused(
        "volume.blocks: 18446744073709551615 is not in 1..2^63 - 1",
        () -> StorageWire.volume(good.toBuilder().setBlocks(-1).build()));
    assertRefused(
        "volume.name: is missing", () -> StorageWire.volume(good.toBuilder().clearName().build()));
    assertRefused(
        "epoch: 0 is not in 1..2^63 - 1",
        () -> StorageWire.opened(OpenJournalResponse.newBuilder().setBlocks(1).build()));
    assertRefused(
        "journal.state: is missing",
        () -> StorageWire.check(glockenspiel.journal.v1.JournalCheck.getDefaultInstance()));
  }

  static void assertRefused(String message, Runnable reading) {
    StorageException refused = assertThrows(StorageException.class, reading::run, message);
    assertEquals(message, refused.getMessage());
    assertEquals(StorageException.Reason.INVALID_ARGUMENT, refused.reason());
  }
}
