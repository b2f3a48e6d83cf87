package glockenspiel.image;

import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.Inum;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.FileType;
import java.nio.ByteBuffer;

/**
 * What every inode of a new image has.
 *
 * @param inum formal inode number and dinode
 * @param placement where its blocks lie
 * @param mode type and permissions
 * @param flags {@code di_flags}
 * @param seconds all its times
 */
record NewInode(Inum inum, Placement placement, int mode, int flags, long seconds) {
  NewInode {
    if (inum.address() != placement.dinode()) {
      throw new IllegalArgumentException("inode " + inum + " placed at " + placement.dinode());
    }
  }

  boolean isDirectory() {
    return FileType.ofMode(mode) == FileType.DIRECTORY;
  }

  /** Makes the dinode: as {@link Dinode#format}, with links, flags, times and number of blocks. */
  Dinode format(ByteBuffer block, Geometry geometry, int links) {
    Dinode dinode = Dinode.format(block, inum.address(), geometry, inum.formalInode(), mode);
    dinode.setLinks(links);
    dinode.setFlags(flags);
    dinode.setBlocks(placement.blocks());
    dinode.setAtime(seconds, 0);
    dinode.setMtime(seconds, 0);
    dinode.setCtime(seconds, 0);
    return dinode;
  }
}
