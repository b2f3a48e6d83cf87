package glockenspiel.node.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class BlockRangesTest {
  @Test
  void isTheSetOfWhatWasAdded() {
    for (int seed = 0; seed < 50; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      BlockRanges ranges = new BlockRanges();
      TreeSet<Long> model = new TreeSet<>();
      assertTrue(ranges.isEmpty());
      for (int i = 0; i < 120; i++) {
        long block = random.nextLong(100, 200);
        ranges.add(block);
        model.add(block);
      }
      assertFalse(ranges.isEmpty());
      for (long block = 95; block < 205; block++) {
        assertEquals(model.contains(block), ranges.contains(block), "block " + block);
      }
      long first = random.nextLong(90, 210);
      long limit = first + random.nextLong(60);
      assertEquals(
          model.subSet(first, limit).size(),
          ranges.countIn(first, limit),
          "seed " + seed + " " + first + ".." + limit);
    }
  }
}
