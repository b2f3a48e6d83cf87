package glockenspiel.node.transaction;

import glockenspiel.node.glock.GlockContents;
import glockenspiel.ondisk.log.LogFlags;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.LockMode;

/** What a mounted node caches under its glocks: blocks, and images of them in its journal. */
public final class LogContents implements GlockContents {
  private final NodeStorage storage;
  private final BlockCache cache;
  private final NodeLog log;

  /** The contents of one log and cache. */
  public LogContents(NodeStorage storage, BlockCache cache, NodeLog log) {
    this.storage = storage;
    this.cache = cache;
    this.log = log;
  }

  @Override
  public boolean isClean(GlockName glock) {
    return !storage.isAborted() && (!glock.isIo() || log.isClean(glock));
  }

  @Override
  public void sync(GlockName glock, LockMode to) {
    if (!glock.isIo()) {
      return;
    }
    storage.requireActive();
    int caller =
        glock.type() == GlockType.RGRP ? LogFlags.LFC_RGRP_GO_SYNC : LogFlags.LFC_INODE_GO_SYNC;
    try {
      log.syncGlock(glock, caller);
    } catch (RuntimeException failure) {
      throw storage.broken("sync of glock " + glock, failure);
    }
  }

  @Override
  public void invalidate(GlockName glock) {
    cache.invalidate(glock, storage.isAborted());
  }
}
