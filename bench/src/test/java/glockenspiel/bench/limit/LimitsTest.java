package glockenspiel.bench.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LimitsTest {
  @Test
  @Timeout(60)
  void echoComesBackFromAnotherProcess() throws IOException, InterruptedException {
    try (EchoLimit echo = EchoLimit.start()) {
      assertEquals(50, echo.pingPong(50).count());
      assertTrue(echo.batched(2, 40 * EchoLimit.BATCH) > 0);
    }
  }

  @Test
  @Timeout(60)
  void manyConnectionsPingPongAtOnce() throws IOException, InterruptedException {
    try (EchoLimit echo = EchoLimit.start();
        EchoStreams streams = echo.connect(5)) {
      assertTrue(streams.pingPong(4096, 20_000_000) > 0);
      // Each says at least one, however little time there is.
      assertTrue(streams.pingPong(4096, 0) > 0);
    }
  }

  @Test
  void fioIsUnderstood() throws IOException {
    FioLimit.Result result =
        FioLimit.result(
            """
            {"fio version": "fio-3.33", "jobs": [{"jobname": "sync",
              "write": {"iops": 3921.5, "clat_ns": {"percentile": {"50.000000": 12992}}},
              "sync": {"lat_ns": {"percentile": {"50.000000": 230400}}}}]}
            """);
    assertEquals(243.392, result.medianMicros(), 1e-9);
    assertEquals(3921.5, result.perSecond());
    assertThrows(IOException.class, () -> FioLimit.result("{\"jobs\": []}"));
  }

  @Test
  @Timeout(60)
  void fioLeavesNothingBehind(@TempDir Path folder) throws IOException, InterruptedException {
    try (FioLimit fio = FioLimit.in(folder)) {
      if (FioLimit.isHere()) {
        assertTrue(fio.measure(3).perSecond() > 0);
      } else {
        assertThrows(IOException.class, () -> fio.measure(3));
      }
    }
    try (var left = Files.list(folder)) {
      assertEquals(0, left.count());
    }
  }

  @Test
  void syncLeavesNothingBehind(@TempDir Path folder) throws IOException {
    assertEquals(3, SyncLimit.measure(folder, 3).count());
    try (var left = Files.list(folder)) {
      assertEquals(0, left.count());
    }
  }
}
