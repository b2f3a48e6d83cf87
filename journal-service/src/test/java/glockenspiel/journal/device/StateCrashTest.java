package glockenspiel.journal.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.task.VirtualThreadOwner;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The state beside the image is replaced while everything may stop at any step: afterwards there is
 * the old one or the new one, never none, and what was once read stays.
 */
class StateCrashTest {
  private static final int STEPS = 4;
  private static final long NEW_VOLUME = 1_000;

  private final VirtualThreadOwner owner = new VirtualThreadOwner("test", (what, thrown) -> {});

  @AfterEach
  void stop() {
    owner.close();
  }

  private static VolumeState state(long number) {
    return new VolumeState("cluster:fs", new UUID(1, 2), number, List.of(), null);
  }

  private VolumeStateFile file(CrashingFolder folder) {
    return new VolumeStateFile(
        Path.of("image.glockenspiel"),
        folder,
        owner,
        InstantSource.fixed(Instant.ofEpochSecond(NEW_VOLUME)));
  }

  private long load(CrashingFolder folder) {
    return OwnerCalls.call(owner, () -> file(folder).load()).firstEpoch();
  }

  /** Whether it was saved. */
  private boolean save(CrashingFolder folder, long number) {
    try {
      OwnerCalls.<@Nullable Void>call(owner, () -> file(folder).save(state(number)));
      return true;
    } catch (StorageException stopped) {
      return false;
    }
  }

  private CrashingFolder folderWith(long number) {
    CrashingFolder folder = new CrashingFolder();
    if (number != NEW_VOLUME) {
      assertTrue(save(folder, number));
    }
    return folder;
  }

  @Test
  void aCrashLeavesTheOldStateOrTheNewOne() {
    for (long before : new long[] {NEW_VOLUME, 5}) {
      Set<Long> seen = new TreeSet<>();
      for (int steps = 0; steps <= STEPS; steps++) {
        CrashingFolder folder = folderWith(before);
        folder.stepsLeft = steps;
        boolean saved = save(folder, 6);
        assertEquals(steps == STEPS, saved);
        for (CrashingFolder left : folder.crash()) {
          long found = load(left);
          seen.add(found);
          assertTrue(found == 6 || (found == before && !saved), "after " + steps + ": " + found);
          // What a crash has left over keeps nobody from going on.
          assertTrue(save(left, 7));
          assertEquals(7, load(left));
        }
      }
      assertEquals(Set.of(before, 6L), seen);
    }
  }

  /** Killed in the middle, then started again: what it has read must survive the host's crash. */
  @Test
  void whatWasReadAfterAKillIsThereAfterACrash() {
    for (int steps = 0; steps <= STEPS; steps++) {
      CrashingFolder folder = folderWith(5);
      folder.stepsLeft = steps;
      assertEquals(steps == STEPS, save(folder, 6));
      folder.stepsLeft = Integer.MAX_VALUE;
      long read = load(folder);
      for (CrashingFolder left : folder.crash()) {
        assertEquals(read, load(left), "after " + steps);
      }
    }
  }
}
