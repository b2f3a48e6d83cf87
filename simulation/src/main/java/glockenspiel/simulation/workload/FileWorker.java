package glockenspiel.simulation.workload;

import glockenspiel.node.filesystem.FileSystem;
import glockenspiel.node.filesystem.FileSystemException;
import glockenspiel.node.filesystem.FileSystemException.Code;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * Uses files as a program on a node would: makes, appends to, reads, links, removes and syncs them
 * in directories that all nodes share, and looks whether the answers can be true. Runs in a task of
 * its node.
 */
public final class FileWorker {
  /** The directories, made before the workers begin. */
  public static final int DIRECTORIES = 2;

  private static final int READ_BYTES_MAX = 1 << 20;
  private static final int NAMES_WANTED = 24;

  private final FileSystem files;
  private final Histories histories;
  private final Actor actor;
  private final SplittableRandom random;

  /** A worker of one mount. */
  public FileWorker(FileSystem files, Histories histories, Actor actor, SplittableRandom random) {
    this.files = files;
    this.histories = histories;
    this.actor = actor;
    this.random = random;
  }

  /** The path of a shared directory. */
  public static String directory(int number) {
    return "/s" + number;
  }

  /**
   * Does one thing.
   *
   * @throws FileSystemException WITHDRAWN; the mount is of no use any more
   */
  public void work() {
    NameHistory name = histories.draw(random);
    int dice = random.nextInt(100);
    if (name == null || (dice < 15 && histories.wantedCount() < NAMES_WANTED)) {
      create();
    } else if (dice < 50) {
      append(name);
    } else if (dice < 75) {
      read(name);
    } else if (dice < 82) {
      sync(name);
    } else if (dice < 88) {
      link(name);
    } else if (dice < 96 || histories.wantedCount() > NAMES_WANTED) {
      remove(name);
    } else {
      files.list(directory(random.nextInt(DIRECTORIES)));
    }
  }

  private void create() {
    String path = histories.newPath(directory(random.nextInt(DIRECTORIES)), actor.node());
    Change creation = histories.begin(actor);
    histories.newName(path, histories.newContent(), creation);
    change(creation, () -> files.create(path, 0644));
  }

  private void append(NameHistory name) {
    LogRecord record = histories.newRecord();
    Change change = histories.begin(actor);
    name.content().append(record, change);
    long began = histories.now();
    try {
      files.append(name.path(), record.content());
      histories.answered(change);
    } catch (FileSystemException failure) {
      histories.failed(change);
      if (failure.code() == Code.NO_SPACE) {
        name.content().spoil();
      }
      tolerate(name, began, failure);
    }
  }

  /** Reads every file that was ever made. */
  public void readAll() {
    histories.all().forEach(this::read);
  }

  /** Reads a whole file and holds it against its history. */
  private void read(NameHistory name) {
    long began = histories.now();
    int settled = name.content().settledCount();
    try {
      ByteBuffer content = files.read(name.path(), 0, READ_BYTES_MAX);
      name.seenPresent(actor, began);
      name.content().seen(name.path(), actor, began, settled, content.slice());
    } catch (FileSystemException failure) {
      tolerate(name, began, failure);
    }
  }

  private void sync(NameHistory name) {
    long began = histories.now();
    try {
      if (random.nextBoolean()) {
        files.fsync(name.path());
      } else {
        files.sync();
      }
      histories.durable(actor, began);
    } catch (FileSystemException failure) {
      tolerate(name, began, failure);
    }
  }

  private void link(NameHistory existing) {
    String path = histories.newPath(directory(random.nextInt(DIRECTORIES)), actor.node());
    Change creation = histories.begin(actor);
    histories.newName(path, existing.content(), creation);
    long began = histories.now();
    try {
      files.link(existing.path(), path);
      histories.answered(creation);
    } catch (FileSystemException failure) {
      histories.failed(creation);
      tolerate(existing, began, failure);
    }
  }

  private void remove(NameHistory name) {
    Change removal = histories.begin(actor);
    name.remove(removal);
    long began = histories.now();
    try {
      files.unlink(name.path());
      histories.answered(removal);
    } catch (FileSystemException failure) {
      histories.failed(removal);
      tolerate(name, began, failure);
    }
  }

  private void change(Change change, Runnable operation) {
    try {
      operation.run();
      histories.answered(change);
    } catch (FileSystemException failure) {
      histories.failed(change);
      if (failure.code() != Code.NO_SPACE && failure.code() != Code.NO_ROOM_IN_DIRECTORY) {
        throw failure;
      }
    }
  }

  private void tolerate(NameHistory name, long began, FileSystemException failure) {
    switch (failure.code()) {
      case NOT_FOUND -> name.seenMissing(actor, began);
      case NO_SPACE, NO_ROOM_IN_DIRECTORY, IO -> {}
      default -> throw failure;
    }
  }
}
