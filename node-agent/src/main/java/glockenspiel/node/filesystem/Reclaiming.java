package glockenspiel.node.filesystem;

import glockenspiel.node.transaction.NodeStorage;
import glockenspiel.runtime.task.Promise;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Frees, in the background, the inodes without links that a crash has left behind: at mount, and
 * after a peer's replay. Without it their blocks would be lost until space runs out, and {@code
 * fsck.gfs2} would call the bitmap wrong.
 */
final class Reclaiming {
  private final NodeStorage storage;
  private final ResourceGroups groups;
  private final Deallocation deallocation;
  private final Consumer<Supplier<String>> guard;
  private @Nullable Promise<@Nullable Void> running;
  private boolean again;

  /**
   * @param guard runs a piece as an operation
   */
  Reclaiming(
      NodeStorage storage,
      ResourceGroups groups,
      Deallocation deallocation,
      Consumer<Supplier<String>> guard) {
    this.storage = storage;
    this.groups = groups;
    this.deallocation = deallocation;
    this.guard = guard;
  }

  /**
   * Looks through all groups soon.
   *
   * @param flags with a try flag, groups that others hold are left out
   */
  void start(int flags) {
    if (storage.isAborted()) {
      return;
    }
    if (running != null) {
      again = true;
      return;
    }
    Promise<@Nullable Void> task = storage.owner().start("reclaim", () -> reclaimAll(flags));
    running = task;
    task.whenDone(
        (value, failure) -> {
          running = null;
          if (again) {
            again = false;
            start(0);
          }
        });
  }

  private @Nullable Void reclaimAll(int flags) {
    for (ResourceGroup group : groups.all()) {
      guard.accept(
          () -> {
            deallocation.reclaimAll(group, flags);
            return "";
          });
    }
    return null;
  }

  /** Waits until nothing is being looked through. */
  void finish() {
    while (running != null) {
      storage.await(running);
    }
  }
}
