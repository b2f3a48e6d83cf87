package glockenspiel.journal.core;

import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.device.MemoryEpochStore;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.task.Promise;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What two nodes do with their volume, drawn from a seed: they open journals, append (with wraps
 * and revokes), write in place, leave in order, or are fenced and replayed by the other, at rest or
 * in the middle of an append. Beside it stands a model of what was acknowledged. The device can die
 * after any operation; then the volume is recovered and compared with the model.
 */
final class CrashWorkload implements AutoCloseable {
  private static final int NODES = 2;
  private static final int TURNS_OF_AN_APPEND = 40;
  private static final Set<Reason> NOT_WRITTEN = Set.of(Reason.STALE_EPOCH, Reason.JOURNAL_FULL);

  final TestVolume test;
  private final TinyImage image;
  private final SplittableRandom random;
  private final List<CrashMember> members = new ArrayList<>();
  private long contents;

  /** What a call has met that ended the workload; null of a device that has died in silence. */
  @Nullable StorageException failure;

  /** A flush that was handed over. */
  private record Begun(
      CrashMember member,
      TreeMap<Long, @Nullable Long> change,
      StatfsCounts delta,
      Promise<Appended> answer) {}

  /**
   * A workload that begins with journals that nobody has opened.
   *
   * @param operations writes, syncs and saves until the device dies
   */
  CrashWorkload(long seed, long operations) {
    random = new SplittableRandom(seed);
    image = TinyImage.of(random.nextBoolean() ? 1024 : 512, NODES, 64 + random.nextInt(30));
    test = new TestVolume(image.disk, new MemoryEpochStore(), random.nextLong());
    test.open();
    test.operationsLeft = operations;
    for (int jid = 0; jid < NODES; jid++) {
      members.add(new CrashMember(jid, image));
    }
  }

  @Override
  public void close() {
    test.close();
  }

  /** Does so many things; false when the device has died meanwhile, or a call has failed. */
  boolean run(int steps) {
    try {
      for (int i = 0; i < steps; i++) {
        if (!step(members.get(random.nextInt(NODES)))) {
          return false;
        }
      }
      return true;
    } catch (StorageException met) {
      failure = met;
      return false;
    }
  }

  private boolean step(CrashMember member) {
    if (member.opened == null) {
      return open(member);
    }
    return switch (random.nextInt(40)) {
      case 0 -> fenceAndReplay(member);
      case 1 -> fenceInAnAppend(member);
      case 2 -> leave(member);
      case 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 -> {
        TreeSet<Long> blocks = member.missing();
        blocks.removeIf(block -> random.nextBoolean());
        yield write(member, blocks);
      }
      case 13, 14, 15, 16 -> appendAtOnce();
      default -> append(member);
    };
  }

  private boolean open(CrashMember member) {
    var opening = test.begin(volume -> volume.openJournal(member.jid, "node-" + member.jid));
    if (!opening.isDone()) {
      return false;
    }
    member.opened = opening.get();
    StatfsChange found = image.counts(image.localStatfs.get(member.jid));
    member.local = new StatfsCounts(found.total(), found.free(), found.dinodes());
    return true;
  }

  private boolean append(CrashMember member) {
    Begun begun = beginAppend(member);
    if (random.nextBoolean()) {
      test.run();
    } else {
      // What comes next finds a header that is still owed.
      test.runUntil(() -> begun.answer().isDone());
    }
    return settle(begun);
  }

  /** Of both nodes, so that they share syncs. */
  private boolean appendAtOnce() {
    List<Begun> all = new ArrayList<>();
    for (CrashMember member : members) {
      if (member.opened != null) {
        all.add(beginAppend(member));
      }
    }
    test.run();
    boolean alive = true;
    for (Begun begun : all) {
      alive = settle(begun) && alive;
    }
    return alive;
  }

  private Begun beginAppend(CrashMember member) {
    TreeMap<Long, @Nullable Long> change = new TreeMap<>();
    List<BlockImage> metadata = new ArrayList<>();
    List<BlockImage> data = new ArrayList<>();
    List<Long> revokes = new ArrayList<>();
    int count = random.nextInt(8);
    TreeSet<Long> missing = member.missing();
    for (int i = 0; i < count; i++) {
      long block = member.block(random.nextInt(CrashMember.BLOCKS));
      if (change.containsKey(block)) {
        continue;
      }
      if (!missing.contains(block) && random.nextInt(4) == 0) {
        change.put(block, null);
        revokes.add(block);
      } else {
        long content = ++contents;
        change.put(block, content);
        (CrashMember.isData(block) ? data : metadata).add(member.content(block, content));
      }
    }
    StatfsCounts delta = new StatfsCounts(0, random.nextInt(5) - 2, random.nextInt(3));
    StatfsCounts local = member.local.plus(delta);
    return begin(
        member, change, delta, new LogFlush(metadata, data, revokes, member.tail(), local, 2));
  }

  private Begun begin(
      CrashMember member,
      TreeMap<Long, @Nullable Long> change,
      StatfsCounts delta,
      LogFlush flush) {
    List<Promise<Appended>> answer = new ArrayList<>();
    test.owner()
        .execute(
            () -> answer.add(test.volume().append(member.jid, member.journal().epoch(), flush)));
    while (answer.isEmpty()) {
      runTurns(1);
    }
    return new Begun(member, change, delta, answer.getFirst());
  }

  private void runTurns(int count) {
    long until = test.scheduler.turns() + count;
    test.scheduler.runUntil(() -> test.scheduler.turns() >= until, Long.MAX_VALUE / 2);
  }

  /** Notes how an append ended. */
  private boolean settle(Begun begun) {
    CrashMember member = begun.member();
    if (begun.answer().isDone() && !begun.answer().isFailed()) {
      acknowledge(begun, begun.answer().get().firstBlock());
      return true;
    }
    StorageException refusal = CrashRecovery.refusal(begun.answer());
    if (refusal != null && refusal.reason() == Reason.JOURNAL_FULL) {
      return emptyAil(member);
    }
    failure = refusal;
    member.unacknowledged = begun.change();
    member.perhapsCounted = begun.delta();
    return false;
  }

  private static void acknowledge(Begun begun, long firstBlock) {
    CrashMember member = begun.member();
    member.local = member.local.plus(begun.delta());
    member.counted = member.counted.plus(begun.delta());
    member.appended(begun.change(), firstBlock);
  }

  /** Everything in place, then a header that says so: after it there is room again. */
  private boolean emptyAil(CrashMember member) {
    if (!write(member, member.missing())) {
      return false;
    }
    LogFlush header = new LogFlush(List.of(), List.of(), List.of(), -1, member.local, 2);
    Begun begun = begin(member, new TreeMap<>(), StatfsCounts.ZERO, header);
    test.run();
    return settle(begun);
  }

  private boolean write(CrashMember member, Set<Long> blocks) {
    List<BlockImage> images = new ArrayList<>();
    for (long block : blocks) {
      images.add(member.content(block, Objects.requireNonNull(member.cache.get(block))));
    }
    if (!write(member, images)) {
      return false;
    }
    member.written(blocks);
    return true;
  }

  private boolean write(CrashMember member, List<BlockImage> images) {
    Promise<@Nullable Void> answer =
        test.begin(volume -> volume.write(member.jid, member.journal().epoch(), images));
    if (answer.isDone()) {
      answer.get();
    }
    return answer.isDone();
  }

  /** Unmounts: everything in place, the local statfs file too, then the clean header. */
  private boolean leave(CrashMember member) {
    if (!emptyAil(member)) {
      return false;
    }
    long block = image.localStatfs.get(member.jid);
    ByteBuffer file = image.read(block);
    StatfsCounts local = member.local;
    new StatfsChange(local.total(), local.free(), local.dinodes())
        .write(Dinode.of(file, block, image.geometry));
    if (!write(member, List.of(new BlockImage(block, file)))) {
      return false;
    }
    Promise<@Nullable Void> closing =
        test.begin(volume -> volume.closeJournal(member.jid, member.journal().epoch()));
    if (!closing.isDone()) {
      return false;
    }
    closing.get();
    member.end();
    return true;
  }

  private boolean fenceAndReplay(CrashMember member) {
    Promise<Boolean> fencing =
        test.begin(volume -> volume.fence(member.jid, member.journal().epoch()));
    return fencing.isDone() && fencing.get() && replay(member);
  }

  /**
   * The fence comes at any moment of an append: it was acknowledged, or nothing of it is there, or
   * the answer says that a replay takes it.
   */
  private boolean fenceInAnAppend(CrashMember member) {
    long epoch = member.journal().epoch();
    Begun begun = beginAppend(member);
    runTurns(random.nextInt(TURNS_OF_AN_APPEND));
    Promise<Boolean> fencing = test.begin(volume -> volume.fence(member.jid, epoch));
    StorageException refusal = CrashRecovery.refusal(begun.answer());
    if (refusal != null
        && refusal.getCause() instanceof StorageException fenced
        && fenced.reason() == Reason.STALE_EPOCH) {
      acknowledge(begun, -1);
    } else if (refusal == null || !NOT_WRITTEN.contains(refusal.reason())) {
      if (!settle(begun)) {
        return false;
      }
    }
    return fencing.isDone() && fencing.get() && replay(member);
  }

  private boolean replay(CrashMember member) {
    boolean fold = random.nextBoolean();
    Promise<ReplayResult> replay =
        test.begin(volume -> volume.replay(member.jid, fold, ReplayListener.NONE));
    if (!replay.isDone()) {
      return false;
    }
    assertTrue(replay.get().headBlock() >= 0);
    recovery().verify(member);
    member.end();
    return true;
  }

  /** What comes after the workload. */
  CrashRecovery recovery() {
    return new CrashRecovery(test, image, members, random);
  }
}
