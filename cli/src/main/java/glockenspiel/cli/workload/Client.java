package glockenspiel.cli.workload;

import glockenspiel.cli.cluster.FileAccess;
import glockenspiel.cli.cluster.FileAccess.GoneException;
import glockenspiel.cli.cluster.VolumeFiles;
import glockenspiel.cli.workload.Operations.Done;
import glockenspiel.cli.workload.Operations.Kind;
import glockenspiel.cli.workload.Sectors.BadContent;
import glockenspiel.node.filesystem.FileSystemException;
import glockenspiel.node.filesystem.FileSystemException.Code;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One user of one node: does one thing after another, as its seed says. Used by one thread. */
final class Client {
  private static final int NAMES = 6;
  private static final int READ_BYTES_MAX = 1 << 20;

  private final int node;
  private final FileAccess files;
  private final Places places;
  private final String prefix;
  private final SplittableRandom random;
  private final Sectors sectors;
  private final SharedFiles shared;
  private final Operations operations;
  private final Map<String, OwnFile> own = new TreeMap<>();

  /** What may be found under a name after a crash, beside what is there now. */
  private final Map<String, List<OwnFile>> formerly = new TreeMap<>();

  private long nextFile;
  private volatile boolean syncWanted;

  Client(
      int node,
      int number,
      FileAccess files,
      Places places,
      long seed,
      Sectors sectors,
      SharedFiles shared,
      Operations operations) {
    this.node = node;
    this.files = files;
    this.places = places;
    this.prefix = places.own(node) + "/" + (char) ('a' + number) + node;
    this.random = new SplittableRandom(seed ^ ((node + 1L) << 32) ^ (number + 1L) << 20);
    this.sectors = sectors;
    this.shared = shared;
    this.operations = operations;
    this.nextFile = ((node + 1L) << 40) | ((number + 1L) << 32);
  }

  int node() {
    return node;
  }

  /** Its next step is a write and a sync. From any thread. */
  void wantSync() {
    syncWanted = true;
  }

  /** Whether the sync that was wanted is done. From any thread. */
  boolean hasSynced() {
    return !syncWanted;
  }

  /** How long its user thinks before the next step. */
  long thinkMillis() {
    return random.nextLong(4);
  }

  /**
   * Does one thing.
   *
   * @throws GoneException the node is no more
   * @throws BadContent something was read that cannot be
   */
  void step() {
    boolean syncing = syncWanted;
    int choice = random.nextInt(100);
    try {
      if (syncing && !own.isEmpty()) {
        write(any());
      } else if (own.isEmpty() || choice < 12) {
        create();
      } else if (choice < 38) {
        write(any());
      } else if (choice < 44) {
        truncate(any());
      } else if (choice < 55) {
        unlink();
      } else if (choice < 60) {
        link();
      } else if (choice < 66) {
        read(any());
      } else if (choice < 76) {
        fsync(any());
      } else if (choice < 84) {
        writeBoard(places.board(random));
      } else if (choice < 92) {
        readBoard(places.board(random));
      } else if (places.hasLogs()) {
        append(places.log(random));
      } else {
        readBoard(places.board(random));
      }
    } catch (FileSystemException failure) {
      if (failure.code() != Code.NO_SPACE && failure.code() != Code.NO_ROOM_IN_DIRECTORY) {
        throw failure;
      }
      operations.refused();
    }
    if (syncing) {
      sync();
      syncWanted = false;
    }
  }

  private String any() {
    List<String> names = List.copyOf(own.keySet());
    return names.get(random.nextInt(names.size()));
  }

  private OwnFile file(String name) {
    OwnFile file = own.get(name);
    if (file == null) {
      throw new IllegalStateException("no file " + name);
    }
    return file;
  }

  private <T extends @Nullable Object> T operate(Kind kind, Function<VolumeFiles, T> operation) {
    operations.begin();
    long start = System.nanoTime();
    T result;
    try {
      result = files.files(operation);
    } catch (GoneException gone) {
      operations.failed();
      throw gone;
    }
    operations.end(new Done(node, kind, start, System.nanoTime()));
    return result;
  }

  private void mayBeFound(String name, OwnFile file) {
    formerly.computeIfAbsent(name, _ -> new ArrayList<>()).add(file);
  }

  private void create() {
    String name = prefix + "f" + random.nextInt(NAMES);
    if (own.containsKey(name)) {
      write(name);
      return;
    }
    OwnFile file = new OwnFile(nextFile++);
    mayBeFound(name, file);
    operate(
        Kind.CREATE,
        fs -> {
          fs.create(name);
          return name;
        });
    file.names().add(name);
    own.put(name, file);
    write(name);
  }

  private int count() {
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> 1 + random.nextInt(4);
      case 3, 4, 5, 6 -> 1 + random.nextInt(96);
      default -> 1 + random.nextInt(768);
    };
  }

  private void write(String name) {
    OwnFile file = file(name);
    int first = random.nextInt(3) == 0 ? file.sectors() : random.nextInt(file.sectors() + 1);
    int count = count();
    long version = file.nextVersion();
    ByteBuffer content = sectors.make(file.id(), first, count, version);
    int written = operate(Kind.WRITE, fs -> fs.write(name, (long) first * Sectors.BYTES, content));
    operations.wrote(written);
    if (written < content.remaining()) {
      // The volume became full within a sector: the rest of it is what it was, so it is written
      // whole.
      unlink(name);
      return;
    }
    file.written(first, count, version);
  }

  private void truncate(String name) {
    OwnFile file = file(name);
    file.truncating();
    operate(
        Kind.TRUNCATE,
        fs -> {
          fs.truncate(name);
          return name;
        });
    file.truncated();
  }

  private void unlink() {
    unlink(any());
  }

  private void unlink(String name) {
    OwnFile file = file(name);
    file.unlinking(name);
    operate(
        Kind.UNLINK,
        fs -> {
          fs.unlink(name);
          return name;
        });
    own.remove(name);
    file.names().remove(name);
  }

  private void link() {
    String existing = any();
    String name = prefix + "l" + random.nextInt(NAMES);
    if (own.containsKey(name)) {
      return;
    }
    OwnFile file = file(existing);
    mayBeFound(name, file);
    operate(
        Kind.LINK,
        fs -> {
          fs.link(existing, name);
          return name;
        });
    file.names().add(name);
    own.put(name, file);
  }

  private void read(String name) {
    OwnFile file = file(name);
    long[] found = operate(Kind.READ, fs -> whole(fs, name, file.id()));
    String wrong = file.compare(found, true);
    if (!wrong.isEmpty()) {
      throw new BadContent(name + ": " + wrong);
    }
  }

  private long[] whole(VolumeFiles fs, String name, long id) {
    long size = fs.size(name);
    if (size > Integer.MAX_VALUE) {
      throw new BadContent(name + ": size " + size);
    }
    ByteBuffer content = ByteBuffer.allocate((int) size);
    while (content.hasRemaining()) {
      ByteBuffer piece =
          fs.read(name, content.position(), Math.min(READ_BYTES_MAX, content.remaining()));
      if (!piece.hasRemaining()) {
        throw new BadContent(name + ": ends at " + content.position() + " of " + size);
      }
      content.put(piece);
    }
    return sectors.read(name, id, 0, content.flip());
  }

  /** Makes all that it has done so far durable. */
  private void sync() {
    List<Runnable> done = new ArrayList<>();
    for (OwnFile file : Set.copyOf(own.values())) {
      done.add(file.syncing(file.names()));
    }
    operate(
        Kind.FSYNC,
        fs -> {
          fs.sync();
          return "";
        });
    done.forEach(Runnable::run);
  }

  private void fsync(String name) {
    Runnable done = file(name).syncing(Set.of(name));
    operate(
        Kind.FSYNC,
        fs -> {
          fs.fsync(name);
          return name;
        });
    done.run();
  }

  private void writeBoard(String board) {
    long version = shared.beginWrite(board, node, System.nanoTime());
    ByteBuffer content = sectors.make(Places.id(board), 0, Places.BOARD_SECTORS, version);
    operate(Kind.WRITE, fs -> fs.write(board, 0, content));
    operations.wrote(content.remaining());
    shared.endWrite(board, version, System.nanoTime());
  }

  private void readBoard(String board) {
    long start = System.nanoTime();
    int bytes = Places.BOARD_SECTORS * Sectors.BYTES;
    ByteBuffer content = operate(Kind.READ, fs -> fs.read(board, 0, bytes));
    shared.read(board, node, start, sectors.read(board, Places.id(board), 0, content));
  }

  private void append(String log) {
    long version = shared.nextVersion();
    // The place is not known before: the content says log and version, and its place is checked by
    // the table.
    ByteBuffer content = sectors.make(Places.id(log), 0, 1, version);
    long offset = operate(Kind.APPEND, fs -> fs.append(log, content));
    operations.wrote(content.remaining());
    shared.appended(log, node, offset, version);
    if (random.nextInt(3) == 0) {
      Runnable done = shared.syncing(log, node);
      operate(
          Kind.FSYNC,
          fs -> {
            fs.fsync(log);
            return log;
          });
      done.run();
    }
  }

  /**
   * Looks at all that it has left, through any node.
   *
   * @param exact its node was always in order: everything must be as it left it
   * @param violations takes what is wrong
   * @return how many sectors that were acknowledged as durable, or finished in order, were found
   */
  long verify(FileAccess through, boolean exact, List<String> violations) {
    long found = 0;
    for (String name : allNames()) {
      OwnFile now = own.get(name);
      try {
        found += verify(through, name, now, exact, violations);
      } catch (FileSystemException failure) {
        boolean must = exact ? now != null : isDurable(name);
        if (failure.code() != Code.NOT_FOUND || must) {
          violations.add(name + " through " + through.name() + ": " + failure.getMessage());
        }
      }
    }
    return found;
  }

  private List<String> allNames() {
    TreeMap<String, Object> names = new TreeMap<>(own);
    names.putAll(formerly);
    return List.copyOf(names.keySet());
  }

  private boolean isDurable(String name) {
    OwnFile file = own.get(name);
    return file != null && file.durableNames().contains(name);
  }

  private long verify(
      FileAccess through,
      String name,
      @Nullable OwnFile now,
      boolean exact,
      List<String> violations) {
    List<OwnFile> candidates = new ArrayList<>();
    if (now != null) {
      candidates.add(now);
    }
    if (!exact && !isDurable(name)) {
      candidates.addAll(formerly.getOrDefault(name, List.of()));
    }
    String wrong = name + " exists, and should not";
    for (OwnFile candidate : candidates) {
      try {
        long[] versions = through.files(fs -> whole(fs, name, candidate.id()));
        wrong = candidate.compare(versions, exact);
        if (wrong.isEmpty()) {
          return exact ? Sectors.written(versions) : candidate.durableSectors();
        }
      } catch (BadContent bad) {
        wrong = String.valueOf(bad.getMessage());
      }
    }
    if (candidates.isEmpty()) {
      through.files(fs -> fs.size(name));
    }
    violations.add(name + " through " + through.name() + ": " + wrong);
    return 0;
  }
}
