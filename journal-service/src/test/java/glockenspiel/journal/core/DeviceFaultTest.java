package glockenspiel.journal.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.device.FaultPlan.Fault;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every single operation of a workload meets a fault: reads, writes, syncs, saves of the state. A
 * failed one is told, with IO_ERROR, and hurts one node; a failed sync ends the volume; a slow one
 * only takes its time. In no case is anything lost that was acknowledged (rule 9).
 */
class DeviceFaultTest {
  private static final long SEED = 5;
  private static final int STEPS = 70;

  @ParameterizedTest
  @EnumSource
  void everyOperationMeetsTheFault(Fault fault) {
    int first;
    String operations;
    try (CrashWorkload whole = new CrashWorkload(SEED, Long.MAX_VALUE)) {
      first = whole.test.operations.length();
      assertTrue(whole.run(STEPS));
      operations = whole.test.operations.toString();
    }
    int met = 0;
    for (int at = first; at < operations.length(); at++) {
      if (!applies(fault, operations.charAt(at))) {
        continue;
      }
      try (CrashWorkload workload = new CrashWorkload(SEED, Long.MAX_VALUE)) {
        met++;
        meet(workload, fault, at, operations.charAt(at));
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError(
            "operation " + at + " " + operations.charAt(at) + ": " + failure.getMessage(), failure);
      }
    }
    assertTrue(met > 50, met + " operations");
  }

  private static boolean applies(Fault fault, char operation) {
    return switch (fault) {
      case FAIL -> true;
      case TEAR, FULL -> operation == 'w';
      case STALL, ANSWER_LATE -> operation != 'e';
    };
  }

  private static void meet(CrashWorkload workload, Fault fault, int at, char operation) {
    workload.test.fault = fault;
    workload.test.faultAt = at;
    boolean ended = workload.run(STEPS);
    assertTrue(workload.test.faultMet);
    if (fault == Fault.STALL || fault == Fault.ANSWER_LATE) {
      assertTrue(ended, () -> "a slow device is no failure: " + workload.failure);
      workload.recovery().recover(new SplittableRandom(at));
      return;
    }
    if (ended) {
      // What was read ahead, and a header that went alone: its node meets the failed epoch later.
      assertTrue(operation != 'e', "a save that has failed was not seen");
      workload.recovery().recover(new SplittableRandom(at));
      return;
    }
    StorageException failure = Objects.requireNonNull(workload.failure);
    if (operation == 's') {
      assertEquals(Reason.VOLUME_FAILED, failure.reason());
      workload.recovery().assertVolumeFailed();
      workload.recovery().recover(new SplittableRandom(at));
    } else {
      assertEquals(Reason.IO_ERROR, failure.reason());
      workload.recovery().goOn();
    }
  }
}
