package glockenspiel.node.filesystem;

import glockenspiel.node.glock.GlockContents;
import glockenspiel.node.transaction.LogSettings;
import glockenspiel.ondisk.Geometry;
import glockenspiel.runtime.task.Task;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;
import glockenspiel.runtime.task.deterministic.DeterministicScheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A volume with up to two nodes that mount it, in one thread, from one seed. */
final class TestCluster implements AutoCloseable {
  static final Instant EPOCH = Instant.parse("2026-01-02T03:04:05.000000006Z");

  /** A mounted node. */
  final class Node {
    final int jid;
    final DeterministicOwner owner;
    final MemoryStorage.Port port;
    final MemoryGlocks.Node glocks;
    final List<String> withdraws = new ArrayList<>();
    private @Nullable FileSystem mounted;

    Node(int jid) {
      this(jid, false);
    }

    Node(int jid, boolean spectator) {
      this.jid = jid;
      this.owner = scheduler.owner("node-" + jid);
      this.port = storage.new Port(owner);
      this.glocks = allGlocks.node(owner, this::contents);
      this.mounted = scheduler.call(owner, () -> mount(spectator));
    }

    private FileSystem mount(boolean spectator) {
      FileSystem made =
          FileSystem.mount(
              owner,
              port,
              glocks,
              spectator ? null : storage.open(jid),
              storage.info(),
              (kind, reason) -> withdraws.add(kind + ": " + reason),
              new FileSystemSettings(settings, () -> EPOCH.plusNanos(scheduler.nowNanos())));
      made.thaw();
      return made;
    }

    private GlockContents contents() {
      FileSystem present = mounted;
      return present == null ? GlockContents.NONE : present.contents();
    }

    FileSystem fs() {
      FileSystem present = mounted;
      if (present == null) {
        throw new IllegalStateException("not mounted");
      }
      return present;
    }

    <T extends @Nullable Object> T call(Task<T> task) {
      return scheduler.call(owner, task);
    }

    void run(Runnable task) {
      scheduler.<@Nullable Void>call(
          owner,
          () -> {
            task.run();
            return null;
          });
    }

    void unmount() {
      run(() -> fs().unmount());
      allGlocks.check();
      glocks.leave();
      if (jid >= 0) {
        storage.replay(jid);
      }
      owner.stop();
    }

    /** Dies; its journal is replayed. What it had not folded stays in its statfs file. */
    void crash() {
      owner.stop();
      port.crash();
      storage.replay(jid);
      glocks.leave();
    }
  }

  final DeterministicScheduler scheduler;
  final MemoryStorage storage;
  final MemoryGlocks allGlocks = new MemoryGlocks();
  final Geometry geometry;
  final LogSettings settings;

  TestCluster(int blockSize, long seed) {
    this(VolumeImage.empty(blockSize), seed, (8 << 20) / blockSize);
  }

  TestCluster(VolumeImage image, long seed, long journalBlocks) {
    this.scheduler = DeterministicScheduler.seeded(seed);
    this.storage = new MemoryStorage(image, seed, journalBlocks);
    this.geometry = Geometry.of(image.blockSize());
    // Every other seed has a cache so small that almost everything is read again and again.
    long cacheBytes = seed % 2 == 0 ? 2 << 20 : 32L * image.blockSize();
    this.settings =
        new LogSettings(cacheBytes, 1 << 20, Duration.ofMillis(50), Duration.ofMillis(20), 64);
  }

  Node mount(int jid) {
    return new Node(jid);
  }

  Node mountSpectator() {
    return new Node(-1, true);
  }

  @Override
  public void close() {
    scheduler.close();
  }
}
