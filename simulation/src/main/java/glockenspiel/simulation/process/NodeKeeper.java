package glockenspiel.simulation.process;

import glockenspiel.node.core.NodeState;
import glockenspiel.node.filesystem.FileSystem;
import glockenspiel.runtime.task.Promise;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What Kubernetes and an operator are to a node: keeps it mounted while that is wanted, and
 * unmounted otherwise; starts and stops its workers. Acts when it is asked to look.
 */
public final class NodeKeeper {
  private static final long PAUSE_NANOS_MAX = 400_000_000;

  /** What a node is used for while it is mounted. */
  public interface Workers {
    /** Whether they should begin. */
    boolean areWanted();

    /** Starts them on the node; they run until {@link #isWanted} says no, or they fail. */
    void start(NodeProcess process, FileSystem files, NodeKeeper keeper);
  }

  private final int index;
  private final Function<Integer, NodeProcess> newProcess;
  private final Workers workers;
  private final SplittableRandom random;
  private NodeProcess process;
  private int lives;
  private int working;
  private boolean wanted = true;
  private boolean remount;
  private boolean asked;
  private @Nullable FileSystem served;

  /** Before it does anything more; counted from the next look. */
  private long pauseNanos;

  private long notBeforeNanos;

  /**
   * Keeps a node; its first life begins at once.
   *
   * @param newProcess makes the life of that number
   */
  public NodeKeeper(
      int index,
      Function<Integer, NodeProcess> newProcess,
      Workers workers,
      SplittableRandom random) {
    this.index = index;
    this.newProcess = newProcess;
    this.workers = workers;
    this.random = random;
    this.process = newProcess.apply(lives++);
  }

  /** Which node. */
  public int index() {
    return index;
  }

  /** The present life. */
  public NodeProcess process() {
    return process;
  }

  /** Starts the next life, unless the present one lives. */
  public void restart() {
    if (!process.isUp()) {
      working = 0;
      asked = false;
      served = null;
      process = newProcess.apply(lives++);
    }
  }

  /** From now on it is to be unmounted. */
  public void retire() {
    wanted = false;
  }

  /** From now on it is to be mounted. */
  public void employ() {
    wanted = true;
  }

  /** It is to be unmounted once, and mounted again. */
  public void remount() {
    remount = true;
  }

  /** Whether workers should go on. */
  public boolean isWanted(FileSystem files) {
    return wanted && !remount && served == files;
  }

  /** A worker has begun. */
  public void workerBegins() {
    working++;
  }

  /** A worker of that life has ended. */
  public void workerEnds(NodeProcess of) {
    if (of == process) {
      working--;
    }
  }

  /** Whether it is as it should be. */
  public boolean isSettled() {
    NodeState state = process.node().state();
    return process.isUp()
        && (wanted ? state == NodeState.MOUNTED : state.mayMount() && working == 0);
  }

  /** In a few words, for messages. */
  public String describe() {
    return process.id()
        + (process.isUp() ? process.owner().isHung() ? " hangs, " : " is " : " is dead, ")
        + process.node().state()
        + ", workers="
        + working
        + ", waiting for "
        + process.node().status().waitingFor();
  }

  /** Does what is due. On no owner: asks the node's owner to do it. */
  public void look(long nowNanos) {
    if (pauseNanos > 0) {
      notBeforeNanos = nowNanos + pauseNanos;
      pauseNanos = 0;
    }
    if (!process.isUp() || process.owner().isHung() || asked || nowNanos < notBeforeNanos) {
      return;
    }
    NodeState state = process.node().state();
    FileSystem files = process.fileSystem();
    if (wanted && state.mayMount()) {
      remount = false;
      served = null;
      ask(() -> process.node().mount());
    } else if (files != null && wanted && !remount) {
      if (served != files && workers.areWanted()) {
        served = files;
        process.owner().execute(() -> workers.start(process, files, this));
      }
    } else if (files != null && working == 0) {
      remount = false;
      ask(() -> process.node().unmount());
    }
  }

  private void ask(java.util.function.Supplier<Promise<@Nullable Void>> action) {
    asked = true;
    NodeProcess of = process;
    process
        .owner()
        .execute(
            () ->
                action
                    .get()
                    .whenDone(
                        (done, failure) -> {
                          if (of == process) {
                            asked = false;
                            pauseNanos = random.nextLong(PAUSE_NANOS_MAX);
                          }
                        }));
  }
}
