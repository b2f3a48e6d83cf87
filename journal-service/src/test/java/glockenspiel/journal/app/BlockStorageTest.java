package glockenspiel.journal.app;

import static glockenspiel.journal.app.TestImage.BLOCKS;
import static glockenspiel.journal.app.TestImage.BLOCK_SIZE;
import static glockenspiel.journal.app.TestImage.VOLUME;
import static glockenspiel.journal.app.TestService.assertRefused;
import static glockenspiel.journal.app.TestService.block;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.v1.BlockRange;
import glockenspiel.journal.v1.BlockStorageServiceGrpc;
import glockenspiel.journal.v1.GetVolumeRequest;
import glockenspiel.journal.v1.ListVolumesRequest;
import glockenspiel.journal.v1.OpenJournalResponse;
import glockenspiel.journal.v1.ReadBlocksRequest;
import glockenspiel.journal.v1.ReadBlocksResponse;
import glockenspiel.journal.v1.Volume;
import glockenspiel.journal.v1.WriteBlocksRequest;
import glockenspiel.journal.v1.WriteBlocksResponse;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.telemetry.Telemetry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Volumes and blocks, over real stubs. */
@Timeout(60)
class BlockStorageTest {
  @TempDir private Path folder = Path.of("");
  private TestService service;

  private static final long DATA = 3_000;

  @BeforeEach
  void start() throws Exception {
    service = new TestService(folder, Telemetry.NONE);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @Test
  void volumesAreListed() {
    Volume volume =
        service
            .storage
            .getVolume(GetVolumeRequest.newBuilder().setVolume(VOLUME).build())
            .getVolume();
    assertEquals(VOLUME, volume.getName());
    assertEquals(BLOCK_SIZE, volume.getBlockSize());
    assertEquals(BLOCKS, volume.getBlocks());
    assertEquals(TestImage.JOURNALS, volume.getJournals());
    assertEquals(
        List.of(volume),
        service.storage.listVolumes(ListVolumesRequest.getDefaultInstance()).getVolumesList());
    assertRefused(
        Reason.NO_SUCH_VOLUME,
        () -> service.storage.getVolume(GetVolumeRequest.newBuilder().setVolume("no:fs").build()));
    assertRefused(
        Reason.INVALID_ARGUMENT,
        () -> service.storage.getVolume(GetVolumeRequest.getDefaultInstance()));
  }

  @Test
  void writtenBlocksAreReadInTheOrderAskedFor() throws Exception {
    OpenJournalResponse journal = service.open(0);
    Answers<WriteBlocksRequest, WriteBlocksResponse> writing = service.write();
    writing
        .call()
        .onNext(
            WriteBlocksRequest.newBuilder()
                .setVolume(VOLUME)
                .setJid(0)
                .setEpoch(journal.getEpoch())
                .addRuns(block(DATA, 1))
                .addRuns(block(DATA + 1, 2))
                .build());
    writing.call().onNext(WriteBlocksRequest.newBuilder().addRuns(block(DATA + 9, 3)).build());
    writing.call().onCompleted();
    assertEquals(3, writing.next().getBlocksWritten());
    writing.assertCompleted();

    assertEquals(
        List.of(
            block(0, 3).getContent(),
            block(0, 1).getContent(),
            block(0, 2).getContent(),
            block(0, 1).getContent()),
        service.read(DATA + 9, DATA, DATA + 1, DATA));
  }

  @Test
  void badReadsAreRefused() {
    assertRefused(Reason.BAD_BLOCK_RANGE, () -> service.read(BLOCKS));
    assertRefused(Reason.BAD_BLOCK_RANGE, () -> service.read(-1));
    assertRefused(Reason.INVALID_ARGUMENT, () -> service.read());
  }

  @Test
  void aSlowReaderGetsAllOfIt() throws Exception {
    Answers<ReadBlocksRequest, ReadBlocksResponse> answers = new Answers<>(1);
    BlockStorageServiceGrpc.newStub(service.channel.channel())
        .readBlocks(
            ReadBlocksRequest.newBuilder()
                .setVolume(VOLUME)
                .addRanges(BlockRange.newBuilder().setFirstBlock(0).setCount(BLOCKS))
                .build(),
            answers);
    List<Long> seen = new ArrayList<>();
    int pieces = 0;
    while (seen.size() < BLOCKS) {
      ReadBlocksResponse piece = answers.next();
      piece.getRunsList().forEach(run -> seen.add(run.getFirstBlock()));
      assertTrue(piece.getSerializedSize() < 300 * 1024);
      pieces++;
      answers.letIn(1);
    }
    assertEquals(LongStream.range(0, BLOCKS).boxed().toList(), seen);
    assertEquals(BLOCKS / 64, pieces);
    answers.assertCompleted();
  }
}
