package glockenspiel.journal.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.device.BlockDevice;
import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.task.Promise;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who is served by which sync. */
class GroupSyncTest {
  private final List<Promise<@Nullable Void>> syncs = new ArrayList<>();
  private final GroupSync group =
      new GroupSync(
          new BlockDevice() {
            @Override
            public long size() {
              return 0;
            }

            @Override
            public Promise<ByteBuffer> read(long offset, int length) {
              return new Promise<>();
            }

            @Override
            public Promise<@Nullable Void> write(List<DeviceWrite> writes) {
              return Promise.of(null);
            }

            @Override
            public Promise<@Nullable Void> sync() {
              Promise<@Nullable Void> sync = new Promise<>();
              syncs.add(sync);
              return sync;
            }
          });

  @Test
  void whoComesDuringASyncWaitsForTheNextAndAllOfThemShareIt() {
    Promise<@Nullable Void> first = group.sync();
    Promise<@Nullable Void> second = group.sync();
    Promise<@Nullable Void> third = group.sync();
    assertEquals(1, syncs.size());
    syncs.getFirst().complete(null);
    assertTrue(first.isDone());
    assertFalse(second.isDone());
    assertEquals(2, syncs.size());
    syncs.getLast().complete(null);
    assertTrue(second.isDone());
    assertTrue(third.isDone());
    assertEquals(2, syncs.size());
  }

  @Test
  void whoWasServedTogetherSharesTheNextSyncToo() {
    List<Promise<@Nullable Void>> headers = new ArrayList<>();
    var _ = group.sync();
    for (int node = 0; node < 3; node++) {
      group.sync().whenDone((_, _) -> headers.add(group.sync()));
    }
    syncs.getFirst().complete(null);
    syncs.getLast().complete(null);
    assertEquals(3, headers.size());
    assertEquals(3, syncs.size());
    syncs.getLast().complete(null);
    assertTrue(headers.stream().allMatch(Promise::isDone));
    assertEquals(3, syncs.size());
  }

  @Test
  void theNextSyncBeginsBeforeThoseWhoWereServedAreTold() {
    Promise<@Nullable Void> first = group.sync();
    var _ = group.sync();
    List<Integer> begun = new ArrayList<>();
    first.whenDone((_, _) -> begun.add(syncs.size()));
    syncs.getFirst().complete(null);
    assertEquals(List.of(2), begun);
  }

  @Test
  void aFailureIsForEverybodyAndForEver() {
    Promise<@Nullable Void> first = group.sync();
    Promise<@Nullable Void> second = group.sync();
    syncs.getFirst().fail(new IllegalStateException("broken"));
    for (Promise<@Nullable Void> each : List.of(first, second, group.sync())) {
      StorageException failure = assertThrows(StorageException.class, each::get);
      assertEquals(Reason.VOLUME_FAILED, failure.reason());
    }
    assertThrows(StorageException.class, group::requireHealthy);
    assertEquals(1, syncs.size(), "no second sync hides the first");
  }

  @Test
  void aFailedWriteIsNotDurableThoughTheSyncIs() {
    Promise<@Nullable Void> write = new Promise<>();
    Promise<@Nullable Void> durable = group.durable(write);
    syncs.getFirst().complete(null);
    assertFalse(durable.isDone());
    write.fail(new IllegalStateException("broken"));
    assertTrue(durable.isFailed());
  }
}
