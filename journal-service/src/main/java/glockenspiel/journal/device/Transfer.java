package glockenspiel.journal.device;

/** Which way bytes go between a file and memory. */
public enum Transfer {
  /** Through the operating system's page cache. */
  CACHED,
  /** Straight, past the page cache: direct I/O. Not every file system can do it. */
  DIRECT
}
