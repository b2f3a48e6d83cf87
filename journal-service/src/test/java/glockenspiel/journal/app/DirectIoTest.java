package glockenspiel.journal.app;

import static glockenspiel.journal.app.TestImage.BLOCK_SIZE;
import static glockenspiel.journal.app.TestImage.VOLUME;
import static glockenspiel.journal.app.TestService.block;
import static glockenspiel.journal.app.TestService.flush;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.image.CheckReport;
import glockenspiel.image.ImageCheck;
import glockenspiel.journal.device.DirectFolder;
import glockenspiel.journal.device.Transfer;
import glockenspiel.journal.v1.AppendJournalRequest;
import glockenspiel.journal.v1.AppendJournalResponse;
import glockenspiel.journal.v1.JournalState;
import glockenspiel.journal.v1.OpenJournalResponse;
import glockenspiel.journal.v1.ReplayJournalRequest;
import glockenspiel.journal.v1.ReplayJournalResponse;
import glockenspiel.journal.v1.WriteBlocksRequest;
import glockenspiel.journal.v1.WriteBlocksResponse;
import glockenspiel.ondisk.Geometry;
import glockenspiel.runtime.telemetry.Telemetry;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A journal-service past the page cache, from the first append to the replay after a restart. */
@Timeout(60)
class DirectIoTest {
  private static final long DATA = 3_000;

  @TempDir private Path folder = Path.of("");

  @Test
  void whatWasAppendedAndWrittenIsThereAfterARestartAndAReplay() throws Exception {
    DirectFolder.assumeFits(folder, Transfer.DIRECT);
    try (TestService service = new TestService(folder, Telemetry.NONE, true)) {
      OpenJournalResponse journal = service.open(1);
      Answers<AppendJournalRequest, AppendJournalResponse> appending = service.append();
      long tail = -1;
      for (int i = 0; i < 20; i++) {
        AppendJournalRequest.Builder next =
            flush(journal, i + 1).addJournaledData(block(DATA + i, i + 1));
        if (tail >= 0) {
          next.setTail(tail);
        }
        appending.call().onNext(next.build());
        AppendJournalResponse appended = appending.next();
        assertTrue(appended.hasAppended(), appended::toString);
        tail = tail < 0 ? appended.getAppended().getFirstBlock() : tail;
      }
      Answers<WriteBlocksRequest, WriteBlocksResponse> writing = service.write();
      writing
          .call()
          .onNext(
              WriteBlocksRequest.newBuilder()
                  .setVolume(VOLUME)
                  .setJid(1)
                  .setEpoch(journal.getEpoch())
                  .addRuns(block(DATA + 50, 50))
                  .build());
      writing.call().onCompleted();
      var _ = writing.next();
      writing.assertCompleted();

      service.restart();
      assertEquals(JournalState.JOURNAL_STATE_DIRTY, service.check(1).getState());
      List<ReplayJournalResponse> said = new ArrayList<>();
      service
          .journals
          .replayJournal(
              ReplayJournalRequest.newBuilder()
                  .setVolume(VOLUME)
                  .setJid(1)
                  .setExpectedEpoch(journal.getEpoch())
                  .build())
          .forEachRemaining(said::add);
      assertEquals(20, said.getLast().getResult().getDataBlocksReplayed());
      assertEquals(JournalState.JOURNAL_STATE_CLEAN, service.check(1).getState());
      assertEquals(
          List.of(block(0, 1).getContent(), block(0, 20).getContent(), block(0, 50).getContent()),
          service.read(DATA, DATA + 19, DATA + 50));
    }
    ByteBuffer image = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("demo.img")));
    CheckReport report =
        ImageCheck.check(
            Geometry.of(BLOCK_SIZE),
            TestImage.BLOCKS,
            block -> image.slice((int) block * BLOCK_SIZE, BLOCK_SIZE),
            List.of());
    assertTrue(report.isClean(), report::toString);
    assertEquals(20, image.get((int) (DATA + 19) * BLOCK_SIZE));
    assertEquals(50, image.get((int) (DATA + 50) * BLOCK_SIZE));
  }
}
