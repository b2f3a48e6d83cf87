package glockenspiel.simulation;

import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.protocol.lock.Batch;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockManagerMessage;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.NodeMessage;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.runtime.task.Promise;
import glockenspiel.simulation.network.Tampering;
import glockenspiel.simulation.observation.NodeId;
import glockenspiel.simulation.observation.StorageCall;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Bugs that the product does not have, each as a change of what travels. Docs: {@code
 * docs/simulation.md} has the table of them.
 */
final class PlantedBug {
  private static final int DINODES_WHOLE_IN_A_ROW = 10;

  private PlantedBug() {}

  private static Batch<NodeMessage> mapUp(
      Batch<NodeMessage> batch, UnaryOperator<NodeMessage> change) {
    return new Batch<>(
        batch.first(), batch.acknowledged(), batch.messages().stream().map(change).toList());
  }

  private static Batch<LockManagerMessage> mapDown(
      Batch<LockManagerMessage> batch, UnaryOperator<LockManagerMessage> change) {
    return new Batch<>(
        batch.first(), batch.acknowledged(), batch.messages().stream().map(change).toList());
  }

  /** The lock-manager grants EX of a FLOCK glock beside SH: rule 1. */
  static Tampering exclusiveBesideShared() {
    return exclusiveBesideShared(glock -> glock.type() == GlockType.FLOCK);
  }

  private static Tampering exclusiveBesideShared(Predicate<GlockName> which) {
    return new Tampering() {
      private final Map<String, LockMode> asked = new TreeMap<>();

      @Override
      public Batch<NodeMessage> towardsLockManager(NodeId from, Batch<NodeMessage> batch) {
        return mapUp(
            batch,
            message -> {
              if (message instanceof NodeMessage.Acquire acquire
                  && which.test(acquire.glock())
                  && acquire.mode() == LockMode.EX) {
                asked.put(from + " " + acquire.requestId(), LockMode.EX);
                return new NodeMessage.Acquire(
                    acquire.requestId(), acquire.glock(), LockMode.SH, acquire.flags(), "");
              }
              return message;
            });
      }

      @Override
      public Batch<LockManagerMessage> towardsNode(NodeId to, Batch<LockManagerMessage> batch) {
        return mapDown(
            batch,
            message ->
                message instanceof LockManagerMessage.Answer answer
                        && answer.outcome() == LockOutcome.GRANTED
                        && asked.remove(to + " " + answer.requestId()) != null
                    ? new LockManagerMessage.Answer(
                        answer.requestId(),
                        answer.glock(),
                        answer.outcome(),
                        LockMode.EX,
                        answer.grantNumber(),
                        answer.lockValue(),
                        answer.lockValueValid())
                    : message);
      }
    };
  }

  /** The lock-manager treats every request as one with NOEXP: rule 2. */
  static Tampering gateLetsEverythingThrough() {
    return new Tampering() {
      @Override
      public Batch<NodeMessage> towardsLockManager(NodeId from, Batch<NodeMessage> batch) {
        return mapUp(
            batch,
            message ->
                message instanceof NodeMessage.Acquire acquire
                    ? new NodeMessage.Acquire(
                        acquire.requestId(),
                        acquire.glock(),
                        acquire.mode(),
                        acquire.flags() | LockFlags.NOEXP,
                        acquire.trace())
                    : message);
      }
    };
  }

  /** The volume takes a stale epoch for the newest: rule 3. */
  static Tampering staleEpochsAreTaken() {
    return new Tampering() {
      private final TreeMap<Integer, Long> newest = new TreeMap<>();

      @Override
      public StorageCall.Body towardsVolume(StorageCall call) {
        return switch (call.body()) {
          case StorageCall.Write write ->
              new StorageCall.Write(
                  write.jid(), newest(write.jid(), write.epoch()), write.blocks());
          case StorageCall.Append append ->
              new StorageCall.Append(
                  append.jid(), newest(append.jid(), append.epoch()), append.flush());
          default -> call.body();
        };
      }

      private long newest(int jid, long epoch) {
        return newest.merge(jid, epoch, Math::max);
      }
    };
  }

  /** The volume forgets the revokes of a flush, so that replay puts old blocks back: rule 4. */
  static Tampering revokesAreLost() {
    return new Tampering() {
      @Override
      public StorageCall.Body towardsVolume(StorageCall call) {
        return call.body() instanceof StorageCall.Append append
            ? new StorageCall.Append(append.jid(), append.epoch(), bare(append.flush()))
            : call.body();
      }
    };
  }

  private static LogFlush bare(LogFlush flush) {
    return new LogFlush(
        flush.metadata(),
        flush.journaledData(),
        List.of(),
        flush.tail(),
        flush.localStatfs(),
        flush.flags());
  }

  /** The volume says of a flush that it is durable, and never appends it: rule 5. */
  static Tampering appendsAreOnlyPretended() {
    return new Tampering() {
      @Override
      public @Nullable Promise<?> insteadOfVolume(StorageCall call) {
        return call.body() instanceof StorageCall.Append ? Promise.of(new Appended(1, 0, 1)) : null;
      }
    };
  }

  /** The volume says of an in-place write that it is done, and forgets it: rule 6. */
  static Tampering writesAreOnlyPretended() {
    return new Tampering() {
      @Override
      public @Nullable Promise<?> insteadOfVolume(StorageCall call) {
        return call.body() instanceof StorageCall.Write ? Promise.<@Nullable Void>of(null) : null;
      }
    };
  }

  /** A node that withdraws has its journal closed as if it left in order: rule 7. */
  static Tampering withdrawWritesCleanHeader() {
    return new Tampering() {
      @Override
      public StorageCall.Body towardsVolume(StorageCall call) {
        return call.body() instanceof StorageCall.Fence fence
            ? new StorageCall.Close(fence.jid(), fence.epoch())
            : call.body();
      }
    };
  }

  /** A node that withdraws is told at once that its journal is clean: rule 8. */
  static Tampering journalsAreCalledClean() {
    return new Tampering() {
      @Override
      public @Nullable Promise<?> insteadOfVolume(StorageCall call) {
        return call.body() instanceof StorageCall.AwaitClean
            ? Promise.<@Nullable Void>of(null)
            : null;
      }
    };
  }

  /** The device says that it has synced, and has not: rule 9. */
  static Tampering syncsAreOnlyPretended() {
    return new Tampering() {
      @Override
      public boolean pretendsToSync() {
        return true;
      }
    };
  }

  /**
   * The volume writes a block too many into the dinode of one directory or file in ten: rule 10.
   */
  static Tampering blockCountsAreDamaged() {
    return new Tampering() {
      private int dinodes;

      @Override
      public StorageCall.Body towardsVolume(StorageCall call) {
        return call.body() instanceof StorageCall.Write write
            ? new StorageCall.Write(
                write.jid(), write.epoch(), write.blocks().stream().map(this::damaged).toList())
            : call.body();
      }

      private BlockImage damaged(BlockImage image) {
        if (!MetaHeader.is(image.content(), MetaType.DINODE)
            || ++dinodes % DINODES_WHOLE_IN_A_ROW != 0) {
          return image;
        }
        ByteBuffer copy = ByteBuffer.allocate(image.content().limit());
        copy.put(image.content().duplicate().rewind()).flip();
        Dinode dinode = Dinode.of(copy, image.block(), Geometry.of(copy.limit()));
        dinode.setBlocks(dinode.blocks() + 1);
        return new BlockImage(image.block(), copy);
      }
    };
  }

  /** The lock-manager gives a request a second outcome: rule 11. */
  static Tampering outcomesComeTwice() {
    return new Tampering() {
      private final Map<NodeId, LockManagerMessage.Answer> newest = new LinkedHashMap<>();

      @Override
      public Batch<LockManagerMessage> towardsNode(NodeId to, Batch<LockManagerMessage> batch) {
        return mapDown(
            batch,
            message -> {
              if (message instanceof LockManagerMessage.Answer answer) {
                newest.put(to, answer);
                return answer;
              }
              LockManagerMessage.Answer again = newest.get(to);
              boolean harmless =
                  message instanceof LockManagerMessage.Demote demote
                      && demote.glock().type() == GlockType.FLOCK;
              return again != null && harmless ? again : message;
            });
      }
    };
  }

  /** Demote requests for inodes get lost, so that others wait for ever: rule 12. */
  static Tampering demotesAreLost() {
    return new Tampering() {
      @Override
      public Batch<LockManagerMessage> towardsNode(NodeId to, Batch<LockManagerMessage> batch) {
        return mapDown(
            batch,
            message ->
                message instanceof LockManagerMessage.Demote demote
                        && demote.glock().type() == GlockType.INODE
                    ? new LockManagerMessage.GateChanged(demote.gate())
                    : message);
      }
    };
  }

  /** The lock-manager grants EX of the freeze glock beside SH: rule 13. */
  static Tampering freezesBesideWriters() {
    return exclusiveBesideShared(glock -> glock.equals(GlockName.FREEZE));
  }

  /** A lock-manager that was restarted is not told of inodes that are held: rule 1. */
  static Tampering inodesAreNotReasserted() {
    return new Tampering() {
      @Override
      public Batch<NodeMessage> towardsLockManager(NodeId from, Batch<NodeMessage> batch) {
        return mapUp(
            batch,
            message ->
                message instanceof NodeMessage.Reassert reassert
                        && reassert.glock().type() == GlockType.INODE
                    ? new NodeMessage.Renew()
                    : message);
      }
    };
  }
}
