package glockenspiel.bench.storage;

import glockenspiel.bench.limit.ByteStreamLimit;
import glockenspiel.bench.measure.Benchmark;
import glockenspiel.bench.measure.Bound;
import glockenspiel.bench.measure.Median;
import glockenspiel.bench.measure.Plan;
import glockenspiel.bench.measure.Row;
import glockenspiel.bench.measure.Unit;
import glockenspiel.bench.process.ServerProcess;
import glockenspiel.protocol.storage.BlockImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Blocks read and written over gRPC, beside a bare gRPC stream of bytes. */
public final class Blocks implements Benchmark {
  private static final int BLOCK = 4096;
  private static final int CHUNK_BYTES = 256 * 1024;
  private static final int CALL_BLOCKS = 16_384;
  private static final int CALLS = 12;
  private static final int TURNS = 4;
  private static final double CALL_MEBIBYTES = CALL_BLOCKS * BLOCK / (double) (1 << 20);
  private static final Bound TARGET = Bound.above(0.7);

  @Override
  public String name() {
    return "blocks";
  }

  @Override
  public List<Row> run(Plan plan) throws IOException, InterruptedException {
    List<Row> rows = new ArrayList<>();
    try (WorkFolder folder = WorkFolder.in(plan.work(), "blocks");
        ByteStreamLimit limit = ByteStreamLimit.start();
        ServerProcess service =
            ServerProcess.journalService(BenchImage.make(folder.file("volume.img"), 1, 8));
        StorageNode node = StorageNode.open(service.port(), 0)) {
      int calls = Math.max(1, plan.count(CALLS) / TURNS);
      // The last blocks of the volume are free.
      long first = node.volume().blocks() - CALL_BLOCKS;
      write(plan, limit, node, first, calls, rows);
      read(plan, limit, node, first, calls, rows);
    }
    return rows;
  }

  private static void read(
      Plan plan, ByteStreamLimit limit, StorageNode node, long first, int calls, List<Row> rows)
      throws IOException, InterruptedException {
    plan.say("block reads");
    List<Long> wanted = LongStream.range(first, first + CALL_BLOCKS).boxed().toList();
    Median rate = new Median();
    Median bare = new Median();
    for (int round = -1; round < plan.rounds(); round++) {
      for (int turn = 0; turn < TURNS; turn++) {
        double limitRate = limit.receive(chunks(calls), CHUNK_BYTES);
        long begin = System.nanoTime();
        for (int i = 0; i < calls; i++) {
          var _ = node.call(storage -> storage.read(wanted));
        }
        double ourRate = rate(calls, begin);
        if (round >= 0) {
          bare.add(limitRate);
          rate.add(ourRate);
        }
      }
    }
    rows.add(
        Row.of(
                "block reads",
                rate.value(),
                Unit.MIB_PER_SECOND,
                "one node, calls of 64 MiB one after another, blocks of 4 KiB that the"
                    + " journal-service's machine has in its page cache, each into a buffer of its"
                    + " own; the other side sends chunks of 256 KiB")
            .against("bare gRPC byte stream", bare.value())
            .target(TARGET));
  }

  private static void write(
      Plan plan, ByteStreamLimit limit, StorageNode node, long first, int calls, List<Row> rows)
      throws IOException, InterruptedException {
    plan.say("block writes");
    List<BlockImage> images = new ArrayList<>(CALL_BLOCKS);
    for (int i = 0; i < CALL_BLOCKS; i++) {
      images.add(new BlockImage(first + i, ByteBuffer.allocate(BLOCK)));
    }
    Median rate = new Median();
    Median bare = new Median();
    for (int round = -1; round < plan.rounds(); round++) {
      for (int turn = 0; turn < TURNS; turn++) {
        double limitRate = limit.send(chunks(calls), CHUNK_BYTES);
        long begin = System.nanoTime();
        for (int i = 0; i < calls; i++) {
          var _ = node.call(storage -> storage.write(0, node.journal().epoch(), images));
        }
        double ourRate = rate(calls, begin);
        if (round >= 0) {
          bare.add(limitRate);
          rate.add(ourRate);
        }
      }
    }
    rows.add(
        Row.of(
                "durable block writes",
                rate.value(),
                Unit.MIB_PER_SECOND,
                "one node, calls of 64 MiB one after another, blocks of 4 KiB; each call's blocks"
                    + " are durable when it is answered, so that the disk has its share; the other"
                    + " side sends chunks of 256 KiB to nobody")
            .against("bare gRPC byte stream", bare.value()));
  }

  private static int chunks(int calls) {
    return calls * (CALL_BLOCKS * BLOCK / CHUNK_BYTES);
  }

  private static double rate(int calls, long begin) {
    return calls * CALL_MEBIBYTES / ((System.nanoTime() - begin) / 1e9);
  }
}
