package glockenspiel.simulation;

import glockenspiel.node.filesystem.FileSystem;
import glockenspiel.node.filesystem.FileSystemException;
import glockenspiel.node.glock.GlockException;
import glockenspiel.node.glock.Glocks;
import glockenspiel.simulation.process.NodeKeeper;
import glockenspiel.simulation.process.NodeProcess;
import glockenspiel.simulation.workload.Actor;
import glockenspiel.simulation.workload.FileWorker;
import glockenspiel.simulation.workload.Histories;
import glockenspiel.simulation.workload.LockWorker;
import glockenspiel.simulation.workload.ScratchWorker;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Starts the workers of each mount, and counts what they do. */
final class WorldWorkers implements NodeKeeper.Workers {
  private static final long THINK_NANOS_MAX = 20_000_000;

  private final Histories histories;
  private final SplittableRandom random;
  private final TreeMap<Integer, Long> operationsByNode = new TreeMap<>();
  private boolean prepared;
  private boolean working;
  private int mounts;

  WorldWorkers(Histories histories, SplittableRandom random) {
    this.histories = histories;
    this.random = random;
  }

  /** From now on mounts are worked with. */
  void begin() {
    working = true;
  }

  @Override
  public boolean areWanted() {
    return working;
  }

  /** Operations of that node that have ended. */
  long operations(int node) {
    return operationsByNode.getOrDefault(node, 0L);
  }

  /** All operations that have ended. */
  long operations() {
    return operationsByNode.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Stops beginning to work with mounts. */
  void end() {
    working = false;
  }

  /** Reads all files, and holds them against their histories. In a task of a mounted node. */
  void verify(NodeProcess process, FileSystem files) {
    new FileWorker(files, histories, new Actor(process.id(), ++mounts), random.split()).readAll();
  }

  /** Makes the directories that the workers share. In a task of a mounted node. */
  void prepare(FileSystem files) {
    if (!prepared) {
      for (int i = 0; i < FileWorker.DIRECTORIES; i++) {
        files.createDirectory(FileWorker.directory(i), 0755);
      }
      files.createDirectory(ScratchWorker.DIRECTORY, 0755);
      files.sync();
      prepared = true;
    }
  }

  @Override
  public void start(NodeProcess process, FileSystem files, NodeKeeper keeper) {
    if (process.fileSystem() != files) {
      return;
    }
    Actor actor = new Actor(process.id(), ++mounts);
    int count = random.nextInt(1, 4);
    for (int i = 0; i < count; i++) {
      SplittableRandom own = random.split();
      FileWorker worker = new FileWorker(files, histories, actor, own);
      start("files", process, files, keeper, own, worker::work);
    }
    SplittableRandom scratchRandom = random.split();
    ScratchWorker scratch = new ScratchWorker(files, scratchRandom);
    start("scratch", process, files, keeper, scratchRandom, scratch::work);
    SplittableRandom lockRandom = random.split();
    Glocks glocks = process.node().glocks();
    LockWorker locks = new LockWorker(glocks, process.owner(), lockRandom);
    start("locks", process, files, keeper, lockRandom, locks::work);
  }

  private void start(
      String name,
      NodeProcess process,
      FileSystem files,
      NodeKeeper keeper,
      SplittableRandom own,
      Runnable work) {
    keeper.workerBegins();
    process
        .owner()
        .start(
            name,
            () -> {
              try {
                while (keeper.isWanted(files)) {
                  work.run();
                  operationsByNode.merge(process.id().index(), 1L, Long::sum);
                  process.owner().pause(own.nextLong(THINK_NANOS_MAX));
                }
              } catch (FileSystemException failure) {
                if (failure.code() != FileSystemException.Code.WITHDRAWN) {
                  throw failure;
                }
              } catch (GlockException failure) {
                if (failure.reason() != GlockException.Reason.WITHDRAWN) {
                  throw failure;
                }
              }
              return null;
            })
        .whenDone((done, failure) -> keeper.workerEnds(process));
  }
}
