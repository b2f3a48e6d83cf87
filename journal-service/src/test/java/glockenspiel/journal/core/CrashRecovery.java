package glockenspiel.journal.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.journal.device.ByteRange;
import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.ondisk.log.SealedHeader;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.JournalState;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.protocol.storage.StorageException.Reason;
import glockenspiel.runtime.task.Promise;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What follows a {@link CrashWorkload}: the volume is recovered and compared with the model. */
final class CrashRecovery {
  private static final Set<Reason> FAILED = Set.of(Reason.VOLUME_FAILED);
  private static final Set<Reason> ENDED =
      Set.of(Reason.VOLUME_FAILED, Reason.IO_ERROR, Reason.STALE_EPOCH, Reason.JOURNAL_NOT_OPEN);

  private final TestVolume test;
  private final TinyImage image;
  private final List<CrashMember> members;
  private final SplittableRandom random;

  CrashRecovery(
      TestVolume test, TinyImage image, List<CrashMember> members, SplittableRandom random) {
    this.test = test;
    this.image = image;
    this.members = members;
    this.random = random;
  }

  /** What a promise has failed with; null of one that has not. */
  static @Nullable StorageException refusal(Promise<?> promise) {
    if (promise.isFailed()) {
      try {
        var _ = promise.get();
      } catch (StorageException refused) {
        return refused;
      }
    }
    return null;
  }

  /**
   * The power goes, the service is started again, all journals are replayed (and perhaps dies at
   * that, too), and everything is compared.
   *
   * @param crash what the disk makes of what was not synced
   */
  void recover(RandomGenerator crash) {
    crash(crash);
    for (CrashMember member : members) {
      replayPerhapsTwice(member, crash);
    }
    compare();
  }

  /**
   * The power goes, and Linux mounts what is left: it knows no seals. What it replays is one whole
   * state, at most the newest flush older than what was acknowledged; and if that flush let
   * something go, or a block was written in place since, not older.
   */
  void recoverAsLinux(RandomGenerator crash) {
    crash(crash);
    int sealed = 0;
    for (CrashMember member : members) {
      sealed += eraseSeals(member.jid);
      test.call(volume -> volume.replay(member.jid, true, ReplayListener.NONE));
    }
    assertTrue(sealed <= members.size() * 2, sealed + " seals");
    for (CrashMember member : members) {
      boolean whole = false;
      for (Map<Long, @Nullable Long> state : member.statesWithoutSeal()) {
        whole |= isThere(member, state);
      }
      assertTrue(whole, "journal " + member.jid + ": some blocks are newer than others");
    }
  }

  private int eraseSeals(int jid) {
    int blockSize = image.geometry.blockSize();
    int erased = 0;
    for (ByteRange range : test.volume().journalRanges(jid)) {
      for (long at = range.from(); at < range.to(); at += blockSize) {
        ByteBuffer content = image.read(at / blockSize);
        if (SealedHeader.readIfSealed(content, LogHeader.ANY_POSITION) != null) {
          image.disk.overwrite(at, new byte[blockSize]);
          erased++;
        }
      }
    }
    return erased;
  }

  private boolean isThere(CrashMember member, Map<Long, @Nullable Long> state) {
    boolean same = true;
    for (Map.Entry<Long, @Nullable Long> each : state.entrySet()) {
      Long content = each.getValue();
      long block = each.getKey();
      same &= content == null || member.content(block, content).content().equals(image.read(block));
    }
    return same;
  }

  /**
   * A call has failed, and the device does its work again: the node that has met it withdraws, the
   * other one goes on, and a peer has the journal replayed, all without a new start.
   */
  void goOn() {
    int refused = 0;
    for (CrashMember member : members) {
      if (member.opened != null) {
        LogFlush header = new LogFlush(List.of(), List.of(), List.of(), -1, member.local, 2);
        if (member.unacknowledged == null && member.missing().isEmpty()) {
          Promise<Appended> answer =
              test.begin(volume -> volume.append(member.jid, member.journal().epoch(), header));
          refused += answer.isFailed() ? 1 : 0;
        }
      }
    }
    assertTrue(refused <= 1, "one fault has hit " + refused + " nodes");
    for (CrashMember member : members) {
      test.call(volume -> volume.replay(member.jid, true, ReplayListener.NONE));
    }
    compare();
  }

  /** A sync has failed: whatever is asked for is refused, until the volume is opened again. */
  void assertVolumeFailed() {
    List<BlockImage> images = List.of(members.getFirst().content(image.firstData, 1));
    LogFlush flush = new LogFlush(images, List.of(), List.of(), -1, StatfsCounts.ZERO, 2);
    for (CrashMember member : members) {
      if (member.opened != null) {
        long epoch = member.journal().epoch();
        // The epoch that has met it has ended; the others have not.
        assertRefused(ENDED, test.begin(volume -> volume.append(member.jid, epoch, flush)));
        assertRefused(ENDED, test.begin(volume -> volume.write(member.jid, epoch, images)));
        assertRefused(ENDED, test.begin(volume -> volume.closeJournal(member.jid, epoch)));
      }
      assertRefused(FAILED, test.begin(volume -> volume.openJournal(member.jid, "next")));
      assertRefused(
          FAILED, test.begin(volume -> volume.replay(member.jid, true, ReplayListener.NONE)));
    }
  }

  private static void assertRefused(Set<Reason> with, Promise<?> answer) {
    StorageException refusal = refusal(answer);
    assertTrue(refusal != null && with.contains(refusal.reason()), () -> "answer " + refusal);
  }

  private void compare() {
    for (CrashMember member : members) {
      JournalCheck check = test.call(volume -> volume.check(member.jid));
      assertEquals(JournalState.CLEAN, check.state());
      verify(member);
    }
    verifyStatfs();
    for (CrashMember member : members) {
      assertTrue(test.call(volume -> volume.openJournal(member.jid, "next")).epoch() > 0);
    }
  }

  private void crash(RandomGenerator crash) {
    test.stop();
    image.disk.crash(crash);
    test.faults.heal();
    test.operationsLeft = Long.MAX_VALUE;
    test.open();
  }

  private void replayPerhapsTwice(CrashMember member, RandomGenerator crash) {
    if (random.nextBoolean()) {
      test.operationsLeft = random.nextInt(8);
      Promise<ReplayResult> first =
          test.begin(volume -> volume.replay(member.jid, true, ReplayListener.NONE));
      if (first.isDone()) {
        first.get();
        test.operationsLeft = Long.MAX_VALUE;
      } else {
        crash(crash);
      }
    }
    ReplayResult result = test.call(volume -> volume.replay(member.jid, true, ReplayListener.NONE));
    assertTrue(result.headBlock() >= 0);
  }

  /** The node's blocks are as they must be. */
  void verify(CrashMember member) {
    boolean landed = Boolean.TRUE.equals(member.hasLanded());
    member
        .state(landed)
        .forEach(
            (block, content) -> {
              if (content != null) {
                assertEquals(
                    member.content(block, content).content(),
                    image.read(block),
                    () -> "journal " + member.jid + " block " + block);
              }
            });
  }

  /** Whatever was folded, interrupted, left or done twice: master and local changes are the sum. */
  private void verifyStatfs() {
    StatfsChange found = image.counts(image.masterStatfs);
    for (long block : image.localStatfs) {
      found = found.plus(image.counts(block));
    }
    boolean fits = false;
    for (int landed = 0; landed < 1 << members.size(); landed++) {
      StatfsChange sum = TinyImage.MASTER;
      boolean possible = true;
      for (CrashMember member : members) {
        boolean whole = (landed >> member.jid & 1) == 1;
        Boolean known = member.hasLanded();
        possible &= known == null || known == whole;
        StatfsCounts counted = whole ? member.counted.plus(member.perhapsCounted) : member.counted;
        sum = sum.plus(new StatfsChange(counted.total(), counted.free(), counted.dinodes()));
      }
      fits |= possible && found.equals(sum);
    }
    assertTrue(fits, "statfs " + found);
  }
}
