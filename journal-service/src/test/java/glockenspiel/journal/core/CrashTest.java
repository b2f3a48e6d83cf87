package glockenspiel.journal.core;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What was acknowledged is there after a crash, what was not is there whole or not at all (rules 5
 * and 9), and statfs is counted once: at every operation of the device, and at drawn ones of many
 * workloads.
 */
class CrashTest {
  private static final int RUNS_OF_A_SEED = 30;
  private static final int STEPS_TO_THE_END = 110;
  private static final int OPERATIONS_MIN = 250;

  /** What the disk makes of what it was not asked to sync. */
  enum Unsynced {
    /** All of it is there. */
    KEPT,
    /** None of it is there. */
    LOST,
    /** Each sector for itself is there, in any of its versions, or not. */
    TORN;

    RandomGenerator random(long seed) {
      SplittableRandom torn = new SplittableRandom(seed);
      return switch (this) {
        case TORN -> torn;
        case KEPT, LOST ->
            new RandomGenerator() {
              @Override
              public long nextLong() {
                return torn.nextLong();
              }

              @Override
              public int nextInt(int bound) {
                return Unsynced.this == KEPT ? bound - 1 : 0;
              }
            };
      };
    }
  }

  @ParameterizedTest
  @CsvSource({"1, KEPT", "1, LOST", "1, TORN", "2, TORN"})
  void theDeviceDiesAfterEveryOperation(long seed, Unsynced unsynced) {
    long operations;
    try (CrashWorkload whole = new CrashWorkload(seed, Long.MAX_VALUE)) {
      assertTrue(whole.run(STEPS_TO_THE_END));
      operations = whole.test.operations.chars().filter(each -> each != 'r').count();
      assertTrue(operations >= OPERATIONS_MIN, operations + " operations");
    }
    for (long left = 0; left < operations; left++) {
      try (CrashWorkload workload = new CrashWorkload(seed, left)) {
        assertFalse(workload.run(STEPS_TO_THE_END));
        workload.recovery().recover(unsynced.random(left));
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError("after operation " + left + ": " + failure.getMessage(), failure);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"3, LOST", "3, TORN", "4, TORN", "5, TORN"})
  void linuxFindsOneWholeState(long seed, Unsynced unsynced) {
    for (long left = 0; ; left++) {
      try (CrashWorkload workload = new CrashWorkload(seed, left)) {
        if (workload.run(STEPS_TO_THE_END)) {
          assertTrue(left >= OPERATIONS_MIN, left + " operations");
          return;
        }
        workload.recovery().recoverAsLinux(unsynced.random(left));
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError("after operation " + left + ": " + failure.getMessage(), failure);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void theDeviceDiesAtSomeOperation(long seed) {
    SplittableRandom seeds = new SplittableRandom(seed);
    for (int run = 0; run < RUNS_OF_A_SEED; run++) {
      long runSeed = seeds.nextLong();
      try (CrashWorkload workload = new CrashWorkload(runSeed, 10 + seeds.nextInt(300))) {
        assertFalse(workload.run(Integer.MAX_VALUE));
        workload.recovery().recover(new SplittableRandom(runSeed));
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError("seed " + runSeed + ": " + failure.getMessage(), failure);
      }
    }
  }
}
