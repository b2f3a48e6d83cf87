package glockenspiel.journal.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import glockenspiel.runtime.task.deterministic.DeterministicScheduler;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The disk is honest: it forgets only what was not synced. */
class MemoryDiskTest {
  private static DeviceWrite write(long offset, int length, int content) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) content);
    return new DeviceWrite(offset, ByteBuffer.wrap(bytes));
  }

  @Test
  void aCrashKeepsWhatWasSyncedAndAnyVersionOfTheRest() {
    TreeSet<String> seen = new TreeSet<>();
    for (int seed = 0; seed < 60; seed++) {
      MemoryDisk disk = new MemoryDisk(4096);
      try (DeterministicScheduler scheduler = DeterministicScheduler.inOrder()) {
        MemoryBlockDevice device = new MemoryBlockDevice(scheduler.owner("o"), disk);
        device.write(List.of(write(0, 1024, 1))).whenDone((done, failure) -> {});
        device.sync().whenDone((done, failure) -> {});
        device.write(List.of(write(0, 1024, 2))).whenDone((done, failure) -> {});
        device.write(List.of(write(512, 512, 3))).whenDone((done, failure) -> {});
        scheduler.run();
        disk.crash(new SplittableRandom(seed));
      }
      byte[] left = disk.bytes(0, 1024);
      for (int sector = 0; sector < 2; sector++) {
        byte[] expected = new byte[512];
        Arrays.fill(expected, left[sector * 512]);
        assertArrayEquals(
            expected, Arrays.copyOfRange(left, sector * 512, sector * 512 + 512), "sector whole");
      }
      seen.add(left[0] + " " + left[512]);
    }
    assertEquals("[1 1, 1 2, 1 3, 2 1, 2 2, 2 3]", seen.toString());
  }

  @Test
  void theOneBeforeIsCutOff() {
    MemoryDisk disk = new MemoryDisk(4096);
    try (DeterministicScheduler scheduler = DeterministicScheduler.inOrder()) {
      DeterministicOwner owner = scheduler.owner("o");
      MemoryBlockDevice old = new MemoryBlockDevice(owner, disk);
      Promise<@Nullable Void> lost = old.write(List.of(write(0, 512, 9)));
      MemoryBlockDevice current = new MemoryBlockDevice(owner, disk);
      Promise<ByteBuffer> read = current.read(0, 1);
      scheduler.run();
      assertFalse(lost.isDone());
      assertEquals(0, read.get().get(0));
    }
  }

  @Test
  void faultsHitWhatTheyWerePlannedFor() {
    MemoryDisk disk = new MemoryDisk(8192);
    FaultPlan plan = new FaultPlan();
    try (DeterministicScheduler scheduler = DeterministicScheduler.inOrder()) {
      BlockDevice device =
          new FaultyBlockDevice(new MemoryBlockDevice(scheduler.owner("o"), disk), plan);
      plan.failWrites(List.of(new ByteRange(4096, 8192)), 1);
      plan.tearWrites(List.of(new ByteRange(0, 512)), 1);
      Promise<@Nullable Void> torn = device.write(List.of(write(0, 1024, 5)));
      Promise<@Nullable Void> failed = device.write(List.of(write(4096, 512, 6)));
      Promise<@Nullable Void> good = device.write(List.of(write(4096, 512, 7)));
      scheduler.run();
      assertTrue(torn.isFailed());
      assertTrue(failed.isFailed());
      assertFalse(good.isFailed());
      assertEquals(5, disk.bytes(0, 1)[0]);
      assertEquals(0, disk.bytes(512, 1)[0]);
      assertEquals(7, disk.bytes(4096, 1)[0]);
    }
  }
}
