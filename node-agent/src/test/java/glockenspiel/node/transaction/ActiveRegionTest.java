package glockenspiel.node.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import glockenspiel.protocol.lock.GlockName;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class ActiveRegionTest {
  private static final GlockName A = GlockName.inode(10);
  private static final GlockName B = GlockName.inode(11);

  private final ActiveRegion region = new ActiveRegion();

  private static CachedBlock block(long number, GlockName glock) {
    return new CachedBlock(number, glock, ByteBuffer.allocate(512));
  }

  private LoggedFlush flush(long firstBlock, CachedBlock... blocks) {
    LoggedFlush flush = region.begin();
    for (CachedBlock block : blocks) {
      region.add(flush, block);
    }
    flush.durable(firstBlock);
    return flush;
  }

  private void writeInPlace(long number) {
    LoggedBlock image = region.imageOf(number);
    assertNotNull(image);
    image.flush().inPlace(image);
  }

  @Test
  void theTailIsTheOldestFlushThatIsNotAllInPlace() {
    assertNull(region.tail());
    LoggedFlush first = flush(100, block(1, A), block(2, A));
    LoggedFlush second = flush(110, block(3, B));
    assertSame(first, region.tail());
    writeInPlace(1);
    assertSame(first, region.tail());
    writeInPlace(2);
    assertSame(second, region.tail());
    writeInPlace(3);
    assertNull(region.tail());
  }

  @Test
  void aNewerImageTakesTheOlderOnesPlace() {
    flush(100, block(1, A));
    LoggedFlush second = flush(110, block(1, A));
    assertSame(second, region.tail());
    assertEquals(1, region.writable(10, any -> true).size());
  }

  @Test
  void anImageInPlaceIsStillReplayedUntilTheTailHasPassed() {
    LoggedFlush first = flush(100, block(1, A));
    LoggedFlush second = flush(110, block(2, A));
    writeInPlace(1);
    assertEquals(2, region.imagesOf(A).size());
    region.passed(second.ordinal());
    assertEquals(List.of(2L), region.imagesOf(A).stream().map(LoggedBlock::number).toList());
    assertEquals(first.ordinal() + 1, second.ordinal());
  }

  @Test
  void aRevokedImageIsGone() {
    flush(100, block(1, A), block(2, B));
    region.forget(1);
    assertEquals(List.of(), region.imagesOf(A));
    writeInPlace(2);
    assertNull(region.tail());
  }

  @Test
  void onlyDurableImagesAreWritten() {
    LoggedFlush flush = region.begin();
    region.add(flush, block(1, A));
    assertEquals(List.of(), region.writable(10, any -> true));
    assertEquals(List.of(), region.writableOf(A, 10));
    flush.durable(5);
    assertEquals(1, region.writableOf(A, 10).size());
  }

  /**
   * Whatever happens, the images of a glock are those that a replay from the carried tail would
   * write.
   */
  @Test
  void knowsExactlyWhatAReplayWrites() {
    for (int seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      ActiveRegion tested = new ActiveRegion();
      Map<Long, Long> newest = new LinkedHashMap<>();
      long carried = 0;
      for (int step = 0; step < 60; step++) {
        switch (random.nextInt(4)) {
          case 0, 1 -> {
            LoggedFlush tail = tested.tail();
            long next = tail == null ? tested.newestOrdinal() + 1 : tail.ordinal();
            LoggedFlush flush = tested.begin();
            for (int i = random.nextInt(6); i > 0; i--) {
              long number = random.nextLong(20);
              newest.put(number, flush.ordinal());
              tested.add(flush, block(number, number % 2 == 0 ? A : B));
            }
            flush.durable(step);
            carried = next;
            tested.passed(carried);
          }
          case 2 -> {
            for (LoggedBlock image :
                tested.writable(random.nextInt(1, 8), any -> random.nextBoolean())) {
              image.flush().inPlace(image);
            }
          }
          default -> {
            long number = random.nextLong(20);
            tested.forget(number);
            newest.remove(number);
          }
        }
        long from = carried;
        TreeSet<Long> expected = new TreeSet<>();
        newest.forEach(
            (number, ordinal) -> {
              if (ordinal >= from && number % 2 == 0) {
                expected.add(number);
              }
            });
        TreeSet<Long> known = new TreeSet<>();
        tested.imagesOf(A).forEach(image -> known.add(image.number()));
        assertEquals(expected, known, "seed " + seed + " step " + step);
      }
    }
  }
}
