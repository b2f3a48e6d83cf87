package glockenspiel.bench.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
  void syncLeavesNothingBehind(@TempDir Path folder) throws IOException {
    assertEquals(3, SyncLimit.measure(folder, 3).count());
    try (var left = Files.list(folder)) {
      assertEquals(0, left.count());
    }
  }
}
