package glockenspiel.journal.core;

import glockenspiel.image.FormatParameters;
import glockenspiel.image.ImageFormat;
import glockenspiel.journal.device.BlockDevice;
import glockenspiel.journal.device.ByteRange;
import glockenspiel.journal.device.DeviceWrite;
import glockenspiel.journal.device.MemoryBlockDevice;
import glockenspiel.journal.device.MemoryDisk;
import glockenspiel.journal.device.MemoryEpochStore;
import glockenspiel.journal.device.PieceMemory;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.ondisk.log.DescriptorType;
import glockenspiel.ondisk.log.LogDescriptor;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.ondisk.log.RevokeWriter;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import glockenspiel.runtime.task.deterministic.DeterministicScheduler;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A volume whose journal is full and takes no memory: its blocks are made when they are read, and
 * what is put in place is counted and forgotten. Runs in a process with a small heap, and prints
 * what the replay said.
 */
final class HugeJournal implements BlockDevice {
  /** What the journal is full of. */
  enum Filling {
    /** Copies of blocks, each another one. */
    COPIES,
    /** As above, but of 15 copies in a row 14 are of one and the same block. */
    MOSTLY_OUTDATED,
    /** Revokes, each of another block. */
    REVOKES
  }

  private static final int EVERY = 15;
  private static final StatfsChange NOTHING = StatfsChange.NONE;

  private final Geometry geometry;
  private final MemoryDisk disk;
  private final BlockDevice rest;
  private final Filling filling;
  private ByteRange journal = new ByteRange(0, 0);
  private final int blocks;
  private long written;

  private HugeJournal(
      Geometry geometry, MemoryDisk disk, DeterministicOwner owner, Filling filling, int blocks) {
    this.geometry = geometry;
    this.disk = disk;
    this.rest = new MemoryBlockDevice(owner, disk);
    this.filling = filling;
    this.blocks = blocks;
  }

  /** Arguments: block size, MiB of the journal, filling. */
  public static void main(String[] arguments) {
    Geometry geometry = Geometry.of(Integer.parseInt(arguments[0]));
    long journalBytes = Long.parseLong(arguments[1]) << 20;
    MemoryDisk disk = format(geometry, journalBytes);
    try (DeterministicScheduler scheduler = DeterministicScheduler.inOrder()) {
      DeterministicOwner owner = scheduler.owner("volume");
      HugeJournal device =
          new HugeJournal(
              geometry,
              disk,
              owner,
              Filling.valueOf(arguments[2]),
              (int) (journalBytes >>> geometry.blockShift()));
      System.out.println(scheduler.call(owner, () -> replay(owner, device)));
    }
  }

  private static String replay(DeterministicOwner owner, HugeJournal device) {
    Volume volume =
        owner.await(
            Volume.open(
                owner,
                device,
                new MemoryEpochStore().open(owner),
                () -> 1,
                PieceMemory.ofProcess()));
    List<ByteRange> ranges = volume.journalRanges(0);
    if (ranges.size() != 1) {
      throw new IllegalStateException("in " + ranges.size() + " pieces");
    }
    device.journal = ranges.getFirst();
    try {
      ReplayResult result = owner.await(volume.replay(0, true, ReplayListener.NONE));
      return "copies %d written %d revokes %d"
          .formatted(result.blocksFound(), device.written, result.revokesFound());
    } catch (StorageException refused) {
      return refused.reason() + " " + refused.getMessage() + " written " + device.written;
    }
  }

  /** Without the headers that fill its journal; zeros cost nothing. */
  private static MemoryDisk format(Geometry geometry, long journalBytes) {
    FormatParameters parameters =
        FormatParameters.of(2 * journalBytes + (128 << 20), 1, "huge:journal", new UUID(1, 1))
            .withBlockSize(geometry.blockSize())
            .withJournalBytes(journalBytes);
    MemoryDisk disk = new MemoryDisk(parameters.imageBytes());
    byte[] block = new byte[geometry.blockSize()];
    byte[] zeros = new byte[geometry.blockSize()];
    ImageFormat.format(
        parameters,
        (first, content) -> {
          for (long at = first << geometry.blockShift();
              content.hasRemaining();
              at += geometry.blockSize()) {
            content.get(block);
            boolean isHeader = MetaHeader.type(ByteBuffer.wrap(block)) == MetaType.LOG_HEADER;
            if (!isHeader && !Arrays.equals(block, zeros)) {
              disk.overwrite(at, block);
            }
          }
        });
    return disk;
  }

  @Override
  public long size() {
    return disk.size();
  }

  @Override
  public Promise<ByteBuffer> read(long offset, int length) {
    if (!journal.overlaps(offset, offset + length)) {
      return rest.read(offset, length);
    }
    ByteBuffer content = ByteBuffer.allocate(length);
    int size = geometry.blockSize();
    for (int at = 0; at < length; at += size) {
      int position = (int) ((offset + at - journal.from()) >>> geometry.blockShift());
      fill(content.slice(at, size), position);
    }
    return Promise.of(content);
  }

  private void fill(ByteBuffer block, int position) {
    int head = blocks - 2;
    int tags = geometry.metadataTags();
    int inRecord = position % (tags + 1);
    if (position == head) {
      LogHeader.of(9, 2, 0, head, 0, 0, 0, 0, 0, 0, NOTHING).write(block);
    } else if (position > head) {
      return;
    } else if (filling == Filling.REVOKES) {
      long[] revokes = LongStream.range(0, tags).map(i -> (long) position * tags + i).toArray();
      RevokeWriter.write(block, geometry, 0, revokes, tags);
    } else if (inRecord == 0) {
      int count = Math.min(tags, head - position - 1);
      LogDescriptor descriptor =
          LogDescriptor.format(block, geometry, DescriptorType.METADATA, count);
      for (int i = 0; i < count; i++) {
        descriptor.setTag(i, target(position + 1 + i));
      }
    } else {
      MetaHeader.write(block, MetaType.INDIRECT);
    }
  }

  private long target(int position) {
    long first = journal.to() >>> geometry.blockShift();
    boolean shared = filling == Filling.MOSTLY_OUTDATED && position % EVERY != 0;
    return shared ? first : first + 1 + position;
  }

  @Override
  public Promise<@Nullable Void> write(List<DeviceWrite> writes) {
    List<DeviceWrite> kept = new ArrayList<>();
    for (DeviceWrite write : writes) {
      if (write.offset() >= journal.to()) {
        written += write.bytes().remaining() >>> geometry.blockShift();
      } else {
        kept.add(write);
      }
    }
    return rest.write(kept);
  }

  @Override
  public Promise<@Nullable Void> sync() {
    return rest.sync();
  }
}
