package glockenspiel.journal.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.device.VolumeState.JournalRecord;
import glockenspiel.journal.device.VolumeState.Standing;
import glockenspiel.journal.device.VolumeState.StatfsFold;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.task.VirtualThreadOwner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The file beside the image: what is in it comes back, and damage is never taken for a new volume.
 */
class VolumeStateFileTest {
  private static final VolumeState STATE =
      new VolumeState(
          "cluster:fs",
          new UUID(1, 2),
          17,
          List.of(
              new JournalRecord(19, Standing.OPEN, "host a/1:%"),
              JournalRecord.NEVER_OPENED,
              new JournalRecord(20, Standing.FENCED, "-")),
          new StatfsFold(2, -1, 63, 100, -5, 7, List.of(0, 2), true));

  @TempDir private Path folder;
  private final VirtualThreadOwner owner = new VirtualThreadOwner("test", (what, thrown) -> {});

  @AfterEach
  void stop() {
    owner.close();
  }

  private Path image() {
    return folder.resolve("image");
  }

  private VolumeStateFile file(long epochSecond) {
    return new VolumeStateFile(
        image(), owner, InstantSource.fixed(Instant.ofEpochSecond(epochSecond)));
  }

  @Test
  void whatWasSavedIsLoaded() throws IOException {
    OwnerCalls.call(owner, () -> file(1).save(VolumeState.fresh(3)));
    OwnerCalls.call(owner, () -> file(1).save(STATE));
    assertEquals(STATE, OwnerCalls.call(owner, () -> file(1).load()));
    assertFalse(Files.exists(folder.resolve("image.glockenspiel.tmp")));
  }

  @Test
  void theTextIsForPeople() {
    assertEquals(
        """
        glockenspiel-volume-state 1
        volume cluster:fs
        uuid 00000000-0000-0001-0000-000000000002
        first-epoch 17
        journal 0 epoch 19 standing OPEN node host+a%2F1:%25
        journal 1 epoch 0 standing CLOSED node -
        journal 2 epoch 20 standing FENCED node %2D
        fold journal 2 sequence -1 position 63 total 100 free -5 dinodes 7 zeroed 0,2 applied true
        """,
        new String(VolumeStateText.encode(STATE), StandardCharsets.UTF_8)
            .replaceFirst("crc32c [0-9a-f]{8}\n", ""));
  }

  @Test
  void withoutAFileEpochsBeginAboveAllThatWereEverGivenOut() {
    VolumeState state = OwnerCalls.call(owner, () -> file(1_795_000_000).load());
    assertTrue(state.isFresh());
    assertEquals(1_795_000_000, state.firstEpoch());
  }

  @Test
  void aDamagedFileIsAnErrorThatSaysWhereAndWhatToDo() throws IOException {
    byte[] good = VolumeStateText.encode(STATE);
    for (int at = 0; at < good.length; at += 7) {
      byte[] bad = good.clone();
      bad[at] ^= 1;
      Files.write(VolumeStateFile.of(image()), bad);
      StorageException damaged =
          assertThrows(StorageException.class, () -> OwnerCalls.call(owner, () -> file(1).load()));
      assertTrue(String.valueOf(damaged.getMessage()).contains("image.glockenspiel"));
      assertTrue(String.valueOf(damaged.getMessage()).contains("delete it"));
    }
    Files.write(VolumeStateFile.of(image()), new byte[0]);
    assertThrows(StorageException.class, () -> OwnerCalls.call(owner, () -> file(1).load()));
  }
}
