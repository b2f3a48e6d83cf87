package glockenspiel.bench.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.bench.measure.Samples;
import glockenspiel.bench.process.ServerProcess;
import glockenspiel.journal.core.ReplayListener;
import glockenspiel.journal.device.FileBlockDevice.Access;
import glockenspiel.journal.offline.OfflineVolume;
import glockenspiel.protocol.storage.ReplayResult;
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
        // Of the journal's 2048 blocks: two under way, the one before them that their tail keeps,
        // and one more until a header says so.
        AppendLoad load = AppendLoad.of(one, 500);
        Samples samples = new Samples(5);
        load.run(samples, 5, 2);
        assertTrue(samples.isFull());
        assertTrue(AppendLoad.together(List.of(load, AppendLoad.of(other, 1)), 100_000_000, 2) > 0);
      }
    }
    try (var left = Files.list(work)) {
      assertEquals(0, left.count());
    }
  }

  @Test
  @Timeout(120)
  void journalIsFullAndBecomesSoAgain(@TempDir Path work) throws IOException, InterruptedException {
    FullJournals full = FullJournals.make(work.resolve("full.img"), 2, 8);
    for (int round = 0; round < 2; round++) {
      for (int jid = 0; jid < 2; jid++) {
        int number = jid;
        try (OfflineVolume volume = OfflineVolume.open(full.image(), Access.WRITE)) {
          ReplayResult result = volume.call(open -> open.replay(number, true, ReplayListener.NONE));
          assertTrue(result.replayed(), "round " + round);
          assertTrue(result.wasOpen());
          assertEquals(
              full.journals().get(jid).targets().to() - full.journals().get(jid).targets().from(),
              result.blocksWritten() * 4096L);
          assertTrue(result.blocksWritten() > 2000, result.toString());
        }
      }
      full.reset();
    }
  }
}
