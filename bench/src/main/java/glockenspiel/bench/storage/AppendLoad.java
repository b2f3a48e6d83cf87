package glockenspiel.bench.storage;

import glockenspiel.bench.measure.Samples;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.log.LogFlags;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.StatfsCounts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Flushes to one journal, some under way at a time, each as soon as an older one is durable. The
 * tail moves as a node moves it: when that frees a sixteenth of the journal.
 */
final class AppendLoad {
  private static final int EVERYTHING_IN_PLACE = -1;
  private static final int WORTH_LETTING_GO = 16;

  private final StorageNode node;
  private final List<BlockImage> images;

  // Of the owner.
  private long tail = EVERYTHING_IN_PLACE;
  private long newest = EVERYTHING_IN_PLACE;

  private AppendLoad(StorageNode node, List<BlockImage> images) {
    this.node = node;
    this.images = images;
  }

  /**
   * A load of flushes of metadata.
   *
   * @param blocks of each flush
   */
  static AppendLoad of(StorageNode node, int blocks) {
    int size = node.volume().blockSize();
    // The last blocks of the volume are free: whatever is replayed there hurts nobody.
    long first = node.volume().blocks() - (long) blocks * (node.journal().jid() + 1);
    List<BlockImage> images = new ArrayList<>(blocks);
    for (int i = 0; i < blocks; i++) {
      ByteBuffer content = ByteBuffer.allocate(size);
      MetaHeader.write(content, MetaType.INDIRECT);
      images.add(new BlockImage(first + i, content));
    }
    return new AppendLoad(node, images);
  }

  private LogFlush next() {
    if (Math.floorMod(newest - tail, node.journal().blocks())
        > node.journal().blocks() / WORTH_LETTING_GO) {
      tail = newest;
    }
    return new LogFlush(
        images, List.of(), List.of(), tail, StatfsCounts.ZERO, LogFlags.FLUSH_NORMAL);
  }

  private void durable(Appended appended) {
    newest = appended.firstBlock();
    if (tail == EVERYTHING_IN_PLACE) {
      tail = newest;
    }
  }

  /** So many flushes, some under way at a time; adds their times. */
  void run(Samples samples, int flushes, int underWay) throws IOException, InterruptedException {
    Run run = new Run(samples, flushes, Long.MAX_VALUE, underWay);
    begin(run, underWay);
    var _ = StorageNode.await(run.end);
  }

  /**
   * All of them at once, for a time; flushes in a second.
   *
   * @param nanos after it no flush begins; those that are under way count, and so does their time
   */
  static double together(List<AppendLoad> loads, long nanos, int underWayEach)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    List<Run> runs = new ArrayList<>();
    for (AppendLoad load : loads) {
      Run run = load.new Run(new Samples(1), Integer.MAX_VALUE, begin + nanos, underWayEach);
      runs.add(run);
      load.begin(run, underWayEach);
    }
    long flushes = 0;
    for (Run run : runs) {
      var _ = StorageNode.await(run.end);
      flushes += run.done;
    }
    return flushes / ((System.nanoTime() - begin) / 1e9);
  }

  private void begin(Run run, int underWay) {
    // Before the first is durable nobody knows a tail for the next.
    node.begin(() -> run.goOn(tail == EVERYTHING_IN_PLACE ? 1 : underWay));
  }

  /** Belongs to the owner. */
  private final class Run {
    private final CompletableFuture<Samples> end = new CompletableFuture<>();
    private final Samples samples;
    private final long endNanos;
    private final int underWayMax;
    private int left;
    private int underWay;
    private int done;

    Run(Samples samples, int flushes, long endNanos, int underWayMax) {
      this.underWayMax = underWayMax;
      this.samples = samples;
      this.left = flushes;
      this.endNanos = endNanos;
    }

    void goOn(int more) {
      for (int i = 0; i < more && left > 0 && System.nanoTime() < endNanos; i++) {
        append();
      }
      if (underWay == 0) {
        end.complete(samples);
      }
    }

    private void append() {
      left--;
      underWay++;
      long begin = System.nanoTime();
      node.client()
          .append(node.journal().jid(), node.journal().epoch(), next())
          .whenDone(
              (appended, failure) -> {
                underWay--;
                done++;
                if (!samples.isFull()) {
                  samples.add(System.nanoTime() - begin);
                }
                if (failure != null || appended == null) {
                  end.completeExceptionally(failure);
                } else {
                  durable(appended);
                  goOn(underWayMax - underWay);
                }
              });
    }
  }
}
