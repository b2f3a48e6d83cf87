package glockenspiel.simulation;

import glockenspiel.node.filesystem.FileSystem;
import glockenspiel.node.filesystem.FileSystemException;
import glockenspiel.node.glock.GlockException;
import glockenspiel.node.glock.Glocks;
import glockenspiel.runtime.task.OwnerStoppedException;
import glockenspiel.simulation.checker.Judge;
import glockenspiel.simulation.process.NodeKeeper;
import glockenspiel.simulation.process.NodeProcess;
import glockenspiel.simulation.workload.Actor;
import glockenspiel.simulation.workload.BounceWorker;
import glockenspiel.simulation.workload.FileWorker;
import glockenspiel.simulation.workload.Histories;
import glockenspiel.simulation.workload.LockWorker;
import glockenspiel.simulation.workload.ScratchWorker;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Starts the workers of each mount, and counts what they do. */
final class WorldWorkers implements NodeKeeper.Workers {
  private final Judge judge;
  private final Histories histories;
  private final WorkMix mix;
  private final SplittableRandom random;

  /** For each node, what each worker of its newest mount has done. */
  private final TreeMap<Integer, List<Tally>> tallies = new TreeMap<>();

  private long operations;
  private boolean prepared;
  private boolean working;
  private int mounts;

  /** Operations of one worker that have ended. */
  private static final class Tally {
    private final String worker;
    private long operations;
    private long marked;

    Tally(String worker) {
      this.worker = worker;
    }
  }

  WorldWorkers(Judge judge, Histories histories, WorkMix mix, SplittableRandom random) {
    this.judge = judge;
    this.histories = histories;
    this.mix = mix;
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

  /** From now on {@link #idle} counts. */
  void mark() {
    tallies.values().forEach(all -> all.forEach(tally -> tally.marked = tally.operations));
  }

  /**
   * The workers of a node that have ended fewer operations since the mark, or since the mount. One
   * of them alone may wait for what somebody never gives back.
   */
  List<String> idle(int node, long fewest) {
    List<Tally> all = tallies.getOrDefault(node, List.of());
    return all.isEmpty()
        ? List.of("all")
        : all.stream()
            .filter(tally -> tally.operations - tally.marked < fewest)
            .map(tally -> tally.worker)
            .toList();
  }

  /** All operations that have ended. */
  long operations() {
    return operations;
  }

  /** Stops beginning to work with mounts. */
  void end() {
    working = false;
  }

  /** Reads all files, and holds them against their histories. In a task of a mounted node. */
  void verify(NodeProcess process, FileSystem files) {
    Actor actor = new Actor(process.id(), ++mounts);
    new FileWorker(files, histories, actor, random.split()).readAll();
    new BounceWorker(files, histories, actor).read();
  }

  /** Makes the directories that the workers share. In a task of a mounted node. */
  void prepare(FileSystem files) {
    if (!prepared) {
      for (int i = 0; i < FileWorker.DIRECTORIES; i++) {
        files.createDirectory(FileWorker.directory(i), 0755);
      }
      files.createDirectory(ScratchWorker.DIRECTORY, 0755);
      files.create(BounceWorker.PATH, 0644);
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
    tallies.put(process.id().index(), new ArrayList<>());
    for (int i = 0; i < mix.fileWorkers(); i++) {
      SplittableRandom own = random.split();
      FileWorker worker = new FileWorker(files, histories, actor, own);
      start("files", process, files, keeper, own, worker::work);
    }
    for (int i = 0; i < mix.scratchWorkers(); i++) {
      SplittableRandom own = random.split();
      ScratchWorker worker = new ScratchWorker(files, own);
      start("scratch", process, files, keeper, own, worker::work);
    }
    Glocks glocks = process.node().glocks();
    for (int i = 0; i < mix.lockWorkers(); i++) {
      SplittableRandom own = random.split();
      LockWorker worker = new LockWorker(glocks, mix.locks(), process.owner(), own);
      start("locks", process, files, keeper, own, worker::work);
    }
    if (mix.bounces()) {
      BounceWorker worker = new BounceWorker(files, histories, actor);
      start("bounce", process, files, keeper, random.split(), worker::work);
    }
  }

  private void start(
      String name,
      NodeProcess process,
      FileSystem files,
      NodeKeeper keeper,
      SplittableRandom own,
      Runnable work) {
    keeper.workerBegins();
    Tally tally = new Tally(name);
    tallies.getOrDefault(process.id().index(), new ArrayList<>()).add(tally);
    process
        .owner()
        .start(
            name,
            () -> {
              try {
                while (keeper.isWanted(files)) {
                  work.run();
                  tally.operations++;
                  operations++;
                  process.owner().pause(own.nextLong(mix.thinkNanosMax()));
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
        .whenDone(
            (done, failure) -> {
              if (failure != null && !(failure instanceof OwnerStoppedException)) {
                judge.violated(0, "worker " + name + " of " + process.id() + " died: " + failure);
              }
              keeper.workerEnds(process);
            });
  }
}
