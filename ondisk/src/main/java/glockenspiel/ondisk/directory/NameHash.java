package glockenspiel.ondisk.directory;

import glockenspiel.ondisk.Checksums;

/** The hash of a directory entry's name ({@code gfs2_disk_hash}): CRC-32 of its bytes. */
public final class NameHash {
  private NameHash() {}

  /** The hash of a name, 1..255 bytes in any encoding. */
  public static int of(byte[] name) {
    return Checksums.crc32(name, 0, name.length);
  }

  /**
   * The index in a hash table: the upper bits of the hash.
   *
   * @param depth bits, 0..17
   */
  public static int tableIndex(int hash, int depth) {
    return depth == 0 ? 0 : hash >>> (Integer.SIZE - depth);
  }
}
