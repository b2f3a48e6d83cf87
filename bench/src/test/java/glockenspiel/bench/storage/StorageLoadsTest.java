package glockenspiel.bench.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.bench.process.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class StorageLoadsTest {
  @Test
  @Timeout(120)
  void appendsGoAroundTheJournalAndNothingIsLeftBehind(@TempDir Path work)
      throws IOException, InterruptedException {
    try (WorkFolder folder = WorkFolder.in(work, "test")) {
      Path image = BenchImage.make(folder.file("volume.img"), 2, 8);
      try (ServerProcess service = ServerProcess.journalService(image);
          StorageNode one = StorageNode.open(service.port(), 0);
          StorageNode other = StorageNode.open(service.port(), 1)) {
        AppendLoad load = AppendLoad.of(one, 700);
        assertEquals(5, load.run(5, 2).count());
        assertTrue(AppendLoad.together(List.of(load, AppendLoad.of(other, 1)), 100_000_000, 2) > 0);
      }
    }
    try (var left = Files.list(work)) {
      assertEquals(0, left.count());
    }
  }
}
