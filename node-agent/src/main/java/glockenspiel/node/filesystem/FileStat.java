package glockenspiel.node.filesystem;

import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.FileType;
import java.time.Instant;

/**
 * What is known of an inode.
 *
 * @param inum formal inode number and address
 * @param type file, directory, ...
 * @param permissions the lower 12 bits of the mode
 * @param links names that it has
 * @param uid owner
 * @param gid group
 * @param size in bytes
 * @param blocks of the volume that it takes, its dinode included
 * @param modified last change of content
 * @param changed last change of the inode
 */
public record FileStat(
    Inum inum,
    FileType type,
    int permissions,
    int links,
    int uid,
    int gid,
    long size,
    long blocks,
    Instant modified,
    Instant changed) {
  private static final int PERMISSIONS = 07777;

  static FileStat of(Dinode dinode) {
    return new FileStat(
        dinode.inum(),
        dinode.type(),
        dinode.mode() & PERMISSIONS,
        dinode.links(),
        dinode.uid(),
        dinode.gid(),
        dinode.size(),
        dinode.blocks(),
        Instant.ofEpochSecond(dinode.mtime(), dinode.mtimeNanos()),
        Instant.ofEpochSecond(dinode.ctime(), dinode.ctimeNanos()));
  }
}
