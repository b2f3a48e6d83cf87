package glockenspiel.node.core;

import glockenspiel.node.filesystem.MountedFileSystem;
import glockenspiel.node.glock.GlockContents;
import glockenspiel.node.glock.Glocks;
import glockenspiel.node.withdraw.WithdrawTrigger;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.protocol.storage.VolumeInfo;
import glockenspiel.runtime.task.SerialOwner;
import org.jspecify.annotations.Nullable;

/**
 * Makes the file system of a mount, once its journal is open. Whoever wires a node implements it.
 */
@FunctionalInterface
public interface FileSystemFactory {
  /**
   * Called in a task; may wait, but not without end: a withdraw waits for it. The gate is open at
   * first, and may close at any time.
   *
   * @param journal the node's own; null for a spectator
   * @param trigger asks for a withdraw of this very mount; without effect once it is over
   * @throws RuntimeException the mount fails; a node whose journal is open withdraws
   */
  MountedFileSystem create(
      SerialOwner owner,
      StoragePort storage,
      Glocks glocks,
      @Nullable OpenedJournal journal,
      VolumeInfo volume,
      WithdrawTrigger trigger);

  /** File systems without files, for tests of everything else. */
  FileSystemFactory NONE =
      (owner, storage, glocks, journal, volume, trigger) ->
          new MountedFileSystem() {
            @Override
            public GlockContents contents() {
              return GlockContents.NONE;
            }

            @Override
            public void unmount() {}

            @Override
            public void abort() {}

            @Override
            public void freeze() {}

            @Override
            public void thaw() {}

            @Override
            public boolean foldStatfs(int jid) {
              return true;
            }
          };
}
