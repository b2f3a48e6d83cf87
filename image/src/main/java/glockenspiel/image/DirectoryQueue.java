package glockenspiel.image;

/** Directories that wait to be walked, each with its parent: a ring that grows. */
final class DirectoryQueue {
  private static final int CAPACITY_MIN = 64;
  private static final int FIELDS = 2;

  private long[] ring = new long[CAPACITY_MIN * FIELDS];
  private int head;
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  /** Adds a directory at the end. */
  void add(long directory, long parent) {
    if (size == ring.length) {
      long[] grown = new long[2 * size];
      System.arraycopy(ring, head, grown, 0, size - head);
      System.arraycopy(ring, 0, grown, size - head, head);
      ring = grown;
      head = 0;
    }
    int at = (head + size) & (ring.length - 1);
    ring[at] = directory;
    ring[at + 1] = parent;
    size += FIELDS;
  }

  /** The parent of the first directory. */
  long firstParent() {
    return ring[head + 1];
  }

  /** Takes the first directory out. */
  long removeFirst() {
    if (isEmpty()) {
      throw new IllegalStateException("empty");
    }
    long directory = ring[head];
    head = (head + FIELDS) & (ring.length - 1);
    size -= FIELDS;
    return directory;
  }
}
