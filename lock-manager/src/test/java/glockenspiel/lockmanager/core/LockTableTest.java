package glockenspiel.lockmanager.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LockTableTest {
  /** Against a map, with enough names for segments to grow, shrink and move places. */
  @Test
  void findsWhatWasPutInWhateverWasTakenOut() {
    Random random = new Random(1);
    LockTable table = new LockTable();
    Map<GlockName, Glock> model = new TreeMap<>();
    for (int step = 0; step < 400_000; step++) {
      GlockType type = random.nextBoolean() ? GlockType.INODE : GlockType.IOPEN;
      GlockName name = new GlockName(type, random.nextInt(60_000) * 8L);
      boolean growing = step / 50_000 % 2 == 0;
      assertSame(model.get(name), table.find(name));
      if (random.nextInt(4) == 0 == growing) {
        Glock glock = table.find(name);
        if (glock != null) {
          table.removeIfUnused(glock);
          model.remove(name);
        }
      } else {
        model.put(name, table.obtain(name));
      }
      assertEquals(model.size(), table.size());
    }
    model.forEach((name, glock) -> assertSame(glock, table.find(name)));
    int[] visited = {0};
    table.forEach(
        glock -> {
          assertSame(model.get(glock.name()), glock);
          visited[0]++;
        });
    assertEquals(model.size(), visited[0]);
    table.clear();
    model.keySet().forEach(name -> assertNull(table.find(name)));
  }

  /** Two names that are known to have one hash, and so the same place. */
  @Test
  void namesWithOneHashAreTwoLocks() {
    LockTable table = new LockTable();
    Glock one = table.obtain(GlockName.application("7mohtcOFVz"));
    Glock other = table.obtain(GlockName.application("c1E51sSEyx"));

    assertEquals(one.number(), other.number());
    assertEquals(2, table.size());
    assertSame(one, table.find(GlockName.application("7mohtcOFVz")));
    table.removeIfUnused(one);
    assertNull(table.find(GlockName.application("7mohtcOFVz")));
    assertSame(other, table.find(GlockName.application("c1E51sSEyx")));
  }
}
