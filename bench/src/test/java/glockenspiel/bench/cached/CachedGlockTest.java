package glockenspiel.bench.cached;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CachedGlockTest {
  @Test
  @Timeout(60)
  void everyMeasuredMethodEnds() throws InterruptedException {
    CachedGlock glocks = new CachedGlock();
    glocks.fill();
    try {
      for (int i = 0; i < 10_000; i++) {
        glocks.oneGlock();
        glocks.manyGlocks();
        assertTrue(glocks.compareAndSetPair());
      }
    } finally {
      glocks.stop();
    }
  }
}
