package glockenspiel.journal.core;

import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.JournalCheck;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.protocol.storage.VolumeInfo;
import glockenspiel.runtime.task.Promise;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A volume as nodes see it, without a network in between: called on the volume's owner, answered
 * there.
 */
public final class VolumePort implements StoragePort {
  private final Volume volume;

  /** The port of this volume. */
  public VolumePort(Volume volume) {
    this.volume = volume;
  }

  @Override
  public Promise<VolumeInfo> volume() {
    return Promise.of(volume.info());
  }

  @Override
  public Promise<List<ByteBuffer>> read(List<Long> blocks) {
    return volume.read(blocks);
  }

  @Override
  public Promise<Void> write(int jid, long epoch, List<BlockImage> blocks) {
    return done(volume.write(jid, epoch, blocks));
  }

  @Override
  public Promise<OpenedJournal> openJournal(int jid, String nodeName) {
    return volume.openJournal(jid, nodeName);
  }

  @Override
  public Promise<Appended> append(int jid, long epoch, LogFlush flush) {
    return volume.append(jid, epoch, flush);
  }

  @Override
  public Promise<Void> closeJournal(int jid, long epoch) {
    return done(volume.closeJournal(jid, epoch));
  }

  @Override
  public Promise<Boolean> fence(int jid, long epoch, String trace) {
    return volume.fence(jid, epoch);
  }

  @Override
  public Promise<JournalCheck> check(int jid, String trace) {
    return volume.check(jid);
  }

  @Override
  public Promise<ReplayResult> replay(
      int jid, long expectedEpoch, boolean foldStatfs, String trace) {
    return volume.replay(jid, expectedEpoch, foldStatfs, ReplayListener.NONE);
  }

  @Override
  public Promise<Void> awaitClean(int jid) {
    return done(volume.awaitClean(jid));
  }

  /** The port's promises of nothing are of {@code Void}, which has no value but null. */
  @SuppressWarnings("NullAway")
  private static Promise<Void> done(Promise<@Nullable Void> promise) {
    Promise<Void> result = new Promise<>();
    promise.whenDone(
        (value, failure) -> {
          if (failure != null) {
            result.fail(failure);
          } else {
            result.complete(null);
          }
        });
    return result;
  }
}
