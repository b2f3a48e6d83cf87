package glockenspiel.journal.core;

import glockenspiel.journal.device.BlockDevice;
import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.journal.device.FaultPlan;
import glockenspiel.journal.device.FaultPlan.Fault;
import glockenspiel.journal.device.FaultPlan.Operation;
import glockenspiel.journal.device.FaultyBlockDevice;
import glockenspiel.journal.device.MemoryBlockDevice;
import glockenspiel.journal.device.MemoryDisk;
import glockenspiel.journal.device.MemoryEpochStore;
import glockenspiel.journal.device.PieceMemory;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import glockenspiel.runtime.task.deterministic.DeterministicScheduler;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A volume on a disk in memory, run by a seed; it can crash and be opened again. */
final class TestVolume implements AutoCloseable {
  /** Headers written by tests have this time. */
  static final long NOW = 1_795_000_000_123_456_789L;

  private static final int PIECE_BYTES = 4096;

  /** Pieces: so few that a replay reads a part of its journal again, in more than one window. */
  private static final int SMALL_MEMORY = 5;

  final MemoryDisk disk;
  final MemoryEpochStore store;
  final FaultPlan faults = new FaultPlan();
  final DeterministicScheduler scheduler;

  /** Blocks of 512 bytes that were written since the volume was opened, whatever the block size. */
  final TreeSet<Long> writtenSectors = new TreeSet<>();

  /** What the device was asked for, in order: w, s, r. */
  final StringBuilder operations = new StringBuilder();

  /** After this many writes, syncs and saves the device and the store are dead. */
  long operationsLeft = Long.MAX_VALUE;

  /** The device says that it has at least this many bytes. */
  long sizeMin;

  /** The operation, counted from 0 with reads, that meets a fault; -1 for none. */
  long faultAt = -1;

  Fault fault = Fault.FAIL;

  /** Whether that fault was met. */
  boolean faultMet;

  PieceMemory memory = PieceMemory.onHeap(PIECE_BYTES, SMALL_MEMORY);

  private @Nullable DeterministicOwner owner;
  private @Nullable Volume volume;

  TestVolume(MemoryDisk disk, MemoryEpochStore store, long seed) {
    this.disk = disk;
    this.store = store;
    this.scheduler = DeterministicScheduler.seeded(seed);
  }

  static TestVolume of(MemoryDisk disk, long seed) {
    return of(disk, seed, SMALL_MEMORY);
  }

  static TestVolume of(MemoryDisk disk, long seed, int pieces) {
    TestVolume test = new TestVolume(disk, new MemoryEpochStore(), seed);
    test.memory = PieceMemory.onHeap(PIECE_BYTES, pieces);
    test.open();
    return test;
  }

  void open() {
    DeterministicOwner opened = scheduler.owner("volume");
    owner = opened;
    BlockDevice device =
        new Recorder(new FaultyBlockDevice(new MemoryBlockDevice(opened, disk), faults));
    volume =
        scheduler.call(
            opened,
            () ->
                opened.await(
                    Volume.open(
                        opened,
                        device,
                        new DyingStore(this, store.open(opened)),
                        () -> NOW,
                        memory)));
  }

  /** Ends the service, and what the disk had not synced is kept, lost or torn. */
  void crash(long seed) {
    stop();
    disk.crash(new SplittableRandom(seed));
    faults.heal();
    operationsLeft = Long.MAX_VALUE;
  }

  void stop() {
    store.crash();
    if (owner != null) {
      owner.stop();
    }
  }

  Volume volume() {
    if (volume == null) {
      throw new IllegalStateException("not open");
    }
    return volume;
  }

  DeterministicOwner owner() {
    if (owner == null) {
      throw new IllegalStateException("not open");
    }
    return owner;
  }

  /** Calls, and runs everything until the answer is there. */
  <T extends @Nullable Object> T call(Function<Volume, Promise<T>> call) {
    return scheduler.call(owner(), () -> owner().await(call.apply(volume())));
  }

  /** Calls, and runs everything that can run; the answer may never come. */
  <T extends @Nullable Object> Promise<T> begin(Function<Volume, Promise<T>> call) {
    List<Promise<T>> begun = new ArrayList<>();
    owner().execute(() -> begun.add(call.apply(volume())));
    run();
    return begun.getFirst();
  }

  /** Runs until it is so, or nothing can run any more. */
  void runUntil(BooleanSupplier end) {
    scheduler.runUntil(end, Long.MAX_VALUE / 2);
    if (!end.getAsBoolean()) {
      run();
    }
  }

  /** Runs everything that can run; what the planned fault has held back goes on at the end. */
  void run() {
    scheduler.run();
    if (faultMet && faults.stalled() > 0) {
      faults.release();
      scheduler.run();
    }
  }

  @Override
  public void close() {
    scheduler.close();
  }

  boolean spend() {
    if (operationsLeft <= 0) {
      return false;
    }
    operationsLeft--;
    return true;
  }

  /** Whether the next operation meets its fault; it is noted. */
  boolean note(char operation) {
    operations.append(operation);
    boolean met = operations.length() - 1 == faultAt;
    faultMet |= met;
    return met;
  }

  private void note(char letter, Operation operation) {
    if (note(letter)) {
      var _ = faults.add(operation, fault, List.of(), 1);
    }
  }

  /** Notes what is asked for, and dies when its time has come. */
  private final class Recorder implements BlockDevice {
    private final BlockDevice inner;

    Recorder(BlockDevice inner) {
      this.inner = inner;
    }

    @Override
    public long size() {
      return Math.max(inner.size(), sizeMin);
    }

    @Override
    public Promise<ByteBuffer> read(long offset, int length) {
      note('r', Operation.READ);
      return operationsLeft <= 0 ? new Promise<>() : inner.read(offset, length);
    }

    @Override
    public Promise<@Nullable Void> write(List<DeviceWrite> writes) {
      note('w', Operation.WRITE);
      if (!spend()) {
        return new Promise<>();
      }
      for (DeviceWrite write : writes) {
        for (long at = write.offset(); at < write.end(); at += 512) {
          writtenSectors.add(at / 512);
        }
      }
      return inner.write(writes);
    }

    @Override
    public Promise<@Nullable Void> sync() {
      note('s', Operation.SYNC);
      return spend() ? inner.sync() : new Promise<>();
    }
  }
}
