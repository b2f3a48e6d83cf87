package glockenspiel.node.filesystem;

import glockenspiel.node.glock.Glocks;
import glockenspiel.node.transaction.BlockCache;
import glockenspiel.node.transaction.NodeLog;
import glockenspiel.node.transaction.NodeStorage;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.inode.BlockMap;
import glockenspiel.protocol.lock.GlockName;
import java.util.List;

/**
 * What every part of a mounted file system works with.
 *
 * @param blocks of the volume: no pointer reaches it
 */
record MountedVolume(
    NodeStorage storage,
    BlockCache cache,
    NodeLog log,
    Glocks glocks,
    Geometry geometry,
    long blocks,
    WallClock clock) {
  /** Finds blocks through pointers, reading what it needs under the glock of their inode. */
  BlockMap map(GlockName glock) {
    return new BlockMap(
        geometry, blocks, block -> cache.readUnchecked(glock, List.of(block)).getFirst().content());
  }
}
