package glockenspiel.ondisk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class BlockSetTest {
  @Test
  void agreesWithATreeSet() {
    Random random = new Random(7);
    BlockSet set = new BlockSet();
    TreeSet<Long> model = new TreeSet<>();
    for (int i = 0; i < 20_000; i++) {
      long block = 1 + random.nextInt(15_000) * (long) (1 + random.nextInt(2) * 1_000_000);
      assertEquals(model.contains(block), set.contains(block));
      assertEquals(model.add(block), set.add(block));
    }
    assertEquals(model.size(), set.size());
    set.clear();
    assertFalse(set.contains(model.first()));
    assertThrows(IllegalArgumentException.class, () -> set.add(0));
  }
}
