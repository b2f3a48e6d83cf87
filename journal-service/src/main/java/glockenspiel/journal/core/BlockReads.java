package glockenspiel.journal.core;

import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.task.Promise;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads blocks for nodes: neighbours in the order asked for go to the device in one piece. */
final class BlockReads {
  private static final int PIECE_BYTES = 1 << 20;

  private final VolumeAccess volume;

  BlockReads(VolumeAccess volume) {
    this.volume = volume;
  }

  /**
   * Reads.
   *
   * @throws StorageException BAD_BLOCK_RANGE for a block outside the device
   */
  Promise<List<ByteBuffer>> read(List<Long> blocks) {
    for (long block : blocks) {
      if (block < 0 || block >= volume.layout().blocks()) {
        throw new StorageException(
            Reason.BAD_BLOCK_RANGE,
            "block 0x"
                + Long.toHexString(block)
                + ": the volume has 0x"
                + Long.toHexString(volume.layout().blocks()));
      }
    }
    if (blocks.isEmpty()) {
      return Promise.of(List.of());
    }
    Gathering gathering = new Gathering(blocks.size());
    int shift = volume.geometry().blockShift();
    int most = PIECE_BYTES >>> shift;
    for (int from = 0; from < blocks.size(); ) {
      int to = from + 1;
      while (to < blocks.size()
          && to - from < most
          && blocks.get(to) == blocks.get(from) + (to - from)) {
        to++;
      }
      gathering.expect(from, to - from, blocks.get(from) << shift);
      from = to;
    }
    gathering.submit();
    return gathering.result;
  }

  /** Puts the pieces together. */
  private final class Gathering {
    private final @Nullable ByteBuffer[] found;
    private final List<int[]> pieces = new ArrayList<>();
    private final List<Long> offsets = new ArrayList<>();
    private final Promise<List<ByteBuffer>> result = new Promise<>();
    private int missing;

    Gathering(int blocks) {
      this.found = new @Nullable ByteBuffer[blocks];
    }

    void expect(int first, int count, long offset) {
      pieces.add(new int[] {first, count});
      offsets.add(offset);
      missing++;
    }

    void submit() {
      int size = volume.geometry().blockSize();
      for (int i = 0; i < pieces.size(); i++) {
        int first = pieces.get(i)[0];
        int count = pieces.get(i)[1];
        volume
            .device()
            .read(offsets.get(i), count * size)
            .whenDone((content, failure) -> arrived(first, count, content, failure));
      }
    }

    private void arrived(
        int first, int count, @Nullable ByteBuffer content, @Nullable RuntimeException failure) {
      if (failure != null || content == null) {
        var _ = result.fail(failure == null ? new IllegalStateException("no content") : failure);
        return;
      }
      int size = volume.geometry().blockSize();
      for (int i = 0; i < count; i++) {
        found[first + i] = content.slice(i * size, size);
      }
      if (--missing == 0) {
        result.complete(all());
      }
    }

    @SuppressWarnings("NullAway") // every element was found
    private List<ByteBuffer> all() {
      return Arrays.asList(found);
    }
  }
}
