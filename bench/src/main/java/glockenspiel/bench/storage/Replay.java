package glockenspiel.bench.storage;

import glockenspiel.bench.measure.Benchmark;
import glockenspiel.bench.measure.Bound;
import glockenspiel.bench.measure.Median;
import glockenspiel.bench.measure.Plan;
import glockenspiel.bench.measure.Row;
import glockenspiel.bench.measure.Unit;
import glockenspiel.journal.core.ReplayListener;
import glockenspiel.journal.core.Volume;
import glockenspiel.journal.device.FileBlockDevice.Access;
import glockenspiel.journal.offline.OfflineVolume;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.runtime.task.Promise;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Replays of full journals, beside {@code fsck.gfs2} and beside a bare copy of the bytes. */
public final class Replay implements Benchmark {
  private static final List<Integer> MEBIBYTES = List.of(32, 128, 1024);
  private static final List<Integer> QUICK_MEBIBYTES = List.of(8);
  private static final int TOGETHER = 4;

  /** Bytes of replays that do not count: the first ones run on cold code. */
  private static final int WARM_UP_MEBIBYTES = 1024;

  private static final int MOST_WARM_UPS = 5;

  private static final Bound FSCK_TARGET = Bound.below(0.5);
  private static final Bound COPY_TARGET = Bound.above(0.7);

  @Override
  public String name() {
    return "replay";
  }

  @Override
  public List<Row> run(Plan plan) throws IOException, InterruptedException {
    List<Row> rows = new ArrayList<>();
    List<Integer> sizes = plan.quick() ? QUICK_MEBIBYTES : MEBIBYTES;
    if (!FsckReplay.isInstalled()) {
      plan.say("fsck.gfs2 is not here; apt-get install gfs2-utils brings it");
    }
    for (int mebibytes : sizes) {
      alone(plan, mebibytes, rows);
    }
    together(plan, sizes.getFirst(), rows);
    return rows;
  }

  private static void alone(Plan plan, int mebibytes, List<Row> rows)
      throws IOException, InterruptedException {
    plan.say("a full journal of " + mebibytes + " MiB");
    Median own = new Median();
    Median fsck = new Median();
    Median copy = new Median();
    try (WorkFolder folder = WorkFolder.in(plan.work(), "replay")) {
      FullJournals full = FullJournals.make(folder.file("full.img"), 1, mebibytes);
      FullJournals.FullJournal journal = full.journals().getFirst();
      // The first one allocates the blocks of a sparse file, too.
      for (int i = 0; i < Math.min(MOST_WARM_UPS, WARM_UP_MEBIBYTES / mebibytes); i++) {
        full.reset();
        double _ = millis(full, false);
      }
      for (int round = 0; round < plan.rounds(); round++) {
        full.reset();
        double ours = millis(full, false);
        full.reset();
        double copied = CopyLimit.millis(full.image(), journal.bytes(), journal.targets());
        full.reset();
        double checked = FsckReplay.isInstalled() ? FsckReplay.millis(full.image()) : 0;
        own.add(ours);
        copy.add(copied);
        fsck.add(checked);
      }
    }
    String what = "replay of a full journal of %,d MiB".formatted(mebibytes);
    String settings =
        "the image's opening included, in a process that has replayed before; blocks of 4 KiB that"
            + " belong all over a region as large as the journal, half metadata, half journaled"
            + " data; nothing of the image in memory";
    if (FsckReplay.isInstalled()) {
      rows.add(
          Row.of(what, own.value(), Unit.MILLIS, settings)
              .against("fsck.gfs2 -y until its journals are recovered", fsck.value())
              .target(FSCK_TARGET));
    }
    rows.add(
        Row.of(
                what + ", of its bytes",
                mebibytes / (own.value() / 1e3),
                Unit.MIB_PER_SECOND,
                settings
                    + "; the other side reads the journal and writes as many bytes, each in"
                    + " order, and syncs")
            .against("bare read, write, sync", mebibytes / (copy.value() / 1e3))
            .target(COPY_TARGET));
  }

  private static void together(Plan plan, int mebibytes, List<Row> rows)
      throws IOException, InterruptedException {
    plan.say(TOGETHER + " full journals of " + mebibytes + " MiB");
    Median atOnce = new Median();
    Median inTurn = new Median();
    try (WorkFolder folder = WorkFolder.in(plan.work(), "replay")) {
      FullJournals full = FullJournals.make(folder.file("full.img"), TOGETHER, mebibytes);
      for (int round = -1; round < plan.rounds(); round++) {
        full.reset();
        double first = millis(full, true);
        full.reset();
        double second = millis(full, false);
        if (round >= 0) {
          atOnce.add(first);
          inTurn.add(second);
        }
      }
    }
    rows.add(
        Row.of(
                "replay of %d full journals of %d MiB, at once".formatted(TOGETHER, mebibytes),
                atOnce.value(),
                Unit.MILLIS,
                "of one volume")
            .against("one after another", inTurn.value()));
  }

  /** Opens the volume and replays all of its journals; the time until all is durable. */
  private static double millis(FullJournals full, boolean atOnce) throws IOException {
    int journals = full.journals().size();
    long begin = System.nanoTime();
    try (OfflineVolume volume = OfflineVolume.open(full.image(), Access.WRITE)) {
      if (atOnce) {
        volume.<@Nullable Void>call(open -> replayAll(open, journals));
      } else {
        for (int jid = 0; jid < journals; jid++) {
          int number = jid;
          ReplayResult result = volume.call(open -> open.replay(number, true, ReplayListener.NONE));
          requireReplayed(result);
        }
      }
      return (System.nanoTime() - begin) / 1e6;
    }
  }

  private static Promise<@Nullable Void> replayAll(Volume volume, int journals) {
    Promise<@Nullable Void> all = new Promise<>();
    int[] left = {journals};
    for (int jid = 0; jid < journals; jid++) {
      volume
          .replay(jid, true, ReplayListener.NONE)
          .whenDone(
              (result, failure) -> {
                if (failure != null) {
                  all.fail(failure);
                } else if (--left[0] == 0) {
                  all.complete(null);
                }
              });
    }
    return all;
  }

  private static void requireReplayed(ReplayResult result) throws IOException {
    if (!result.replayed()) {
      throw new IOException("journal " + result.jid() + " was clean");
    }
  }
}
