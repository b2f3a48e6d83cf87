package glockenspiel.node.filesystem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.node.filesystem.FileSystemException.Code;
import glockenspiel.ondisk.directory.DirectoryEntry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Does random things in a directory of its own, and knows what must come out. What it did since its
 * last sync may be lost in a crash, but only from the end.
 */
final class WorkloadClient {
  /** A file, under all its names. */
  private static final class File {
    byte[] content = new byte[0];
  }

  private static final int NAMES = 24;

  private final String directory;
  private final SplittableRandom random;
  private final int sizeMax;
  private final TreeMap<String, File> files = new TreeMap<>();
  private TreeMap<String, byte[]> atSync = new TreeMap<>();
  private final List<Set<String>> namesSince = new ArrayList<>();
  private final Set<String> touchedSince = new TreeSet<>();
  private int done;

  WorkloadClient(String directory, SplittableRandom random, int sizeMax) {
    this.directory = directory;
    this.random = random;
    this.sizeMax = sizeMax;
  }

  void start(FileSystem fs) {
    fs.createDirectory(directory, 0755);
    synced(fs);
  }

  int done() {
    return done;
  }

  private void synced(FileSystem fs) {
    fs.sync();
    namesSince.clear();
    namesSince.add(new TreeSet<>(files.keySet()));
    touchedSince.clear();
    atSync = new TreeMap<>();
    files.forEach((name, file) -> atSync.put(name, file.content.clone()));
  }

  /** One operation, checked. */
  void step(FileSystem fs) {
    int choice = random.nextInt(100);
    if (files.isEmpty() || choice < 15) {
      create(fs);
    } else if (choice < 50) {
      write(fs);
    } else if (choice < 60) {
      append(fs);
    } else if (choice < 66) {
      truncate(fs);
    } else if (choice < 78) {
      unlink(fs);
    } else if (choice < 84) {
      link(fs);
    } else if (choice < 96) {
      read(fs);
    } else {
      synced(fs);
    }
    done++;
  }

  private String path(String name) {
    return directory + "/" + name;
  }

  private String any() {
    List<String> names = List.copyOf(files.keySet());
    return names.get(random.nextInt(names.size()));
  }

  private File file(String name) {
    return Objects.requireNonNull(files.get(name));
  }

  private void namesChanging(String name, boolean present) {
    Set<String> next = new TreeSet<>(files.keySet());
    if (present) {
      next.add(name);
    } else {
      next.remove(name);
    }
    namesSince.add(next);
    touch(name);
  }

  private void touch(String name) {
    File file = files.get(name);
    for (String other : files.keySet()) {
      if (files.get(other) == file) {
        touchedSince.add(other);
      }
    }
    touchedSince.add(name);
  }

  private void create(FileSystem fs) {
    String name = "f" + random.nextInt(NAMES);
    try {
      if (!files.containsKey(name)) {
        namesChanging(name, true);
      }
      fs.create(path(name), 0640);
      files.put(name, new File());
    } catch (FileSystemException failure) {
      assertTrue(
          failure.code() == (files.containsKey(name) ? Code.EXISTS : Code.NO_ROOM_IN_DIRECTORY),
          failure.getMessage());
    }
  }

  private int size() {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(1, 200);
      case 1 -> random.nextInt(1, 5000);
      case 2 -> random.nextInt(1, Math.max(2, sizeMax / 8));
      default -> random.nextInt(1, sizeMax);
    };
  }

  private byte[] bytes() {
    byte[] content = new byte[size()];
    random.nextBytes(content);
    return content;
  }

  private void write(FileSystem fs) {
    String name = any();
    File file = file(name);
    byte[] content = bytes();
    int offset =
        random.nextInt(4) == 0 ? random.nextInt(sizeMax) : random.nextInt(file.content.length + 1);
    touch(name);
    assertEquals(content.length, fs.write(path(name), offset, ByteBuffer.wrap(content)));
    file.content =
        Arrays.copyOf(file.content, Math.max(file.content.length, offset + content.length));
    System.arraycopy(content, 0, file.content, offset, content.length);
  }

  private void append(FileSystem fs) {
    String name = any();
    File file = file(name);
    byte[] content = bytes();
    touch(name);
    assertEquals(file.content.length, fs.append(path(name), ByteBuffer.wrap(content)));
    int end = file.content.length;
    file.content = Arrays.copyOf(file.content, end + content.length);
    System.arraycopy(content, 0, file.content, end, content.length);
  }

  private void truncate(FileSystem fs) {
    String name = any();
    touch(name);
    fs.truncate(path(name));
    file(name).content = new byte[0];
  }

  private void unlink(FileSystem fs) {
    String name = any();
    namesChanging(name, false);
    fs.unlink(path(name));
    files.remove(name);
  }

  private void link(FileSystem fs) {
    String existing = any();
    String name = "l" + random.nextInt(NAMES);
    try {
      if (!files.containsKey(name)) {
        touch(existing);
        namesChanging(name, true);
      }
      fs.link(path(existing), path(name));
      files.put(name, file(existing));
    } catch (FileSystemException failure) {
      assertTrue(
          failure.code() == (files.containsKey(name) ? Code.EXISTS : Code.NO_ROOM_IN_DIRECTORY),
          failure.getMessage());
    }
  }

  private void read(FileSystem fs) {
    String name = any();
    byte[] content = file(name).content;
    int offset = random.nextInt(content.length + 1);
    int length = random.nextInt(content.length + 10);
    assertArrayEquals(
        Arrays.copyOfRange(content, offset, Math.min(content.length, offset + length)),
        FileSystemTest.array(fs.read(path(name), offset, length)),
        path(name));
  }

  /** Everything is as it should be. */
  void verify(FileSystem fs) {
    assertEquals(files.keySet(), names(fs), directory);
    files.forEach((name, file) -> assertArrayEquals(file.content, whole(fs, name), path(name)));
  }

  /**
   * After a crash: names as they were at some time since the last sync, and content of what was not
   * touched since.
   */
  void verifyAfterCrash(FileSystem fs) {
    Set<String> present = names(fs);
    assertTrue(namesSince.contains(present), directory + " " + present + " of " + namesSince);
    atSync.forEach(
        (name, content) -> {
          if (!touchedSince.contains(name)) {
            assertArrayEquals(content, whole(fs, name), path(name));
          }
        });
    for (String name : present) {
      whole(fs, name);
    }
  }

  /** Whatever is there can be read. */
  void verifyReadable(FileSystem fs) {
    names(fs).forEach(name -> whole(fs, name));
  }

  private Set<String> names(FileSystem fs) {
    Set<String> names = new TreeSet<>();
    for (DirectoryEntry entry : fs.list(directory)) {
      assertTrue(names.add(entry.nameText()));
    }
    return names;
  }

  private byte[] whole(FileSystem fs, String name) {
    long size = fs.stat(path(name)).size();
    byte[] content = new byte[(int) size];
    for (int at = 0; at < size; ) {
      ByteBuffer piece = fs.read(path(name), at, 100_000);
      piece.get(0, content, at, piece.limit());
      at += piece.limit();
    }
    return content;
  }
}
