package glockenspiel.node.transaction;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.runtime.task.Promise;
import glockenspiel.runtime.task.SerialOwner;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes the AIL in place: always the durable image, never the present content, so that it needs no
 * lock, waits for no transaction and can always go on (rule 5). One batch at a time, so that two
 * images of a block cannot overtake each other.
 */
final class WriteBack {
  private final NodeStorage storage;
  private final BlockCache cache;
  private final ActiveRegion region;
  private final LogSettings settings;
  private @Nullable Promise<@Nullable Void> batch;
  private boolean running;
  private SerialOwner.@Nullable Timer timer;

  WriteBack(NodeStorage storage, BlockCache cache, ActiveRegion region, LogSettings settings) {
    this.storage = storage;
    this.cache = cache;
    this.region = region;
    this.settings = settings;
  }

  /** Writes everything that is durable; returns when all of it is in place. */
  void writeAll() {
    writeWhile(() -> region.writable(settings.writeBackBlocks(), block -> true));
  }

  /** The same for the blocks of one glock. */
  void writeGlock(GlockName glock) {
    writeWhile(() -> region.writableOf(glock, settings.writeBackBlocks()));
  }

  /** Writes what was durable when it is called, in the background, at once or after the delay. */
  void startSoon(boolean now) {
    if (running) {
      return;
    }
    if (now) {
      cancelTimer();
      running = true;
      Promise<@Nullable Void> task = storage.owner().start("write-back", this::writeInBackground);
      task.whenDone((value, failure) -> running = false);
    } else if (timer == null) {
      timer =
          storage
              .owner()
              .after(
                  settings.writeBackDelay().toNanos(),
                  () -> {
                    timer = null;
                    startSoon(true);
                  });
    }
  }

  void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private @Nullable Void writeInBackground() {
    if (storage.isAborted()) {
      return null;
    }
    long newest = region.newestOrdinal();
    try {
      writeWhile(
          () ->
              region.writable(
                  settings.writeBackBlocks(), block -> block.flush().ordinal() <= newest));
    } catch (RuntimeException failure) {
      throw storage.broken("write-back", failure);
    }
    return null;
  }

  /** Waits until the batch that is on its way, if any, is durable. */
  void awaitBatch() {
    Promise<@Nullable Void> current = batch;
    if (current != null) {
      storage.await(current);
    }
  }

  private void writeWhile(Supplier<List<LoggedBlock>> selection) {
    while (true) {
      while (batch != null) {
        storage.await(batch);
      }
      List<LoggedBlock> selected = selection.get();
      if (selected.isEmpty()) {
        return;
      }
      writeBatch(selected);
    }
  }

  private void writeBatch(List<LoggedBlock> selected) {
    List<BlockImage> images = new ArrayList<>(selected.size());
    for (LoggedBlock block : selected) {
      ByteBuffer image = block.image();
      if (image != null) {
        images.add(new BlockImage(block.number(), image));
      }
    }
    Promise<@Nullable Void> written = new Promise<>();
    batch = written;
    try {
      storage.write(images);
      for (LoggedBlock block : selected) {
        setInPlace(block);
      }
    } finally {
      batch = null;
      written.complete(null);
    }
    cache.evictSoon();
  }

  private void setInPlace(LoggedBlock block) {
    block.flush().inPlace(block);
    CachedBlock cached = cache.peek(block.number());
    // A cached block that was changed or flushed again since has a newer image to wait for.
    if (cached != null
        && cached.state() == CachedBlock.State.LOGGED
        && region.imageOf(block.number()) == block) {
      cached.become(CachedBlock.State.CLEAN);
    }
  }
}
