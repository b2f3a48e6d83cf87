package glockenspiel.image;

import glockenspiel.image.ClaimedBlocks.Outcome;
import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.extendedattribute.AttributeBlock;
import glockenspiel.ondisk.extendedattribute.AttributeVisitor;
import glockenspiel.ondisk.extendedattribute.ExtendedAttributes;
import glockenspiel.ondisk.inode.Dinode;
import glockenspiel.ondisk.inode.DinodeFlags;
import glockenspiel.ondisk.resourcegroup.BlockState;
import java.nio.ByteBuffer;

/**
 * Checks the fields of one inode, and claims and counts the blocks that hang on it. Goes on after
 * damage: a bad pointer costs what hangs on it, not the rest. Recursion is as deep as the tree of
 * pointers, so at most 10.
 */
final class InodeWalk {
  /** Ends the walk over extended attributes that another inode has already. */
  private static final class AttributesTaken extends RuntimeException {
    private static final long serialVersionUID = 1;

    AttributesTaken() {
      super(null, null, false, false);
    }
  }

  private static final String DINODE = MetaType.DINODE.structure();

  private final VolumeReader volume;
  private final ClaimedBlocks claims;
  private final ProblemLog log;
  private final Dinode dinode;
  private long blocks = 1;

  /**
   * @param dinode claimed already
   */
  InodeWalk(VolumeReader volume, ClaimedBlocks claims, ProblemLog log, Dinode dinode) {
    this.volume = volume;
    this.claims = claims;
    this.log = log;
    this.dinode = dinode;
  }

  /** Checks the fields of the inode, and claims the blocks of its tree and of its attributes. */
  void walk() {
    log.guard(dinode::check);
    log.guard(this::checkGoal);
    log.guard(
        () -> {
          int height = dinode.height();
          if (height > 0) {
            walkTree(dinode.buffer(), dinode.block(), 0, height);
          }
        });
    walkAttributes();
  }

  /** Counts a leaf, which {@link DirectoryWalk} claims. */
  void countLeaf() {
    blocks++;
  }

  /** Compares {@code di_blocks} with what was counted. */
  void checkBlocks() {
    log.guard(
        () -> {
          if (dinode.blocks() != blocks) {
            log.add(dinode.block(), DINODE, "di_blocks", dinode.blocks(), Long.toString(blocks));
          }
        });
  }

  /** As fsck.gfs2 does; Linux itself does not mind. */
  private void checkGoal() {
    if (!dinode.hasFlags(DinodeFlags.SYSTEM)) {
      volume.map().checkPointer(dinode.block(), DINODE, "di_goal_meta", dinode.goalMeta());
    }
  }

  private void walkTree(ByteBuffer node, long block, int level, int height) {
    Geometry geometry = volume.geometry();
    int base = level == 0 ? Geometry.DINODE_HEADER_BYTES : MetaHeader.BYTES;
    int pointers = level == 0 ? geometry.dinodePointers() : geometry.indirectPointers();
    MetaType holder = level == 0 ? MetaType.DINODE : MetaType.INDIRECT;
    for (int index = 0; index < pointers; index++) {
      int number = index;
      long pointer = node.getLong(base + index * Long.BYTES);
      if (pointer == 0) {
        continue;
      }
      Outcome outcome =
          claims.claimOnly(
              block, holder.structure(), () -> "pointer " + number, pointer, BlockState.USED);
      if (outcome != Outcome.REFUSED) {
        blocks++;
      }
      if (outcome == Outcome.CLAIMED && level < height - 1) {
        walkIndirect(pointer, level + 1, height);
      }
    }
  }

  private void walkIndirect(long block, int level, int height) {
    ByteBuffer content = volume.block(block);
    try {
      MetaHeader.check(content, block, MetaType.INDIRECT);
    } catch (CorruptBlockException damage) {
      log.add(damage);
      return;
    }
    walkTree(content, block, level, height);
  }

  private void walkAttributes() {
    try {
      ExtendedAttributes.forEachBlock(dinode, volume.map(), new Attributes());
    } catch (CorruptBlockException damage) {
      log.add(damage);
    } catch (AttributesTaken taken) {
      // The problem is noted; what hangs on the block was walked with its first owner.
    }
  }

  /** Claims the blocks of extended attributes. */
  private final class Attributes implements AttributeVisitor {
    @Override
    public void indirect(long block) {
      take(block, "di_eattr");
    }

    @Override
    public void attributes(AttributeBlock attributes) {
      take(attributes.block(), "block of extended attributes");
    }

    @Override
    public void value(long block) {
      take(block, "value of an extended attribute");
    }

    private void take(long block, String field) {
      Outcome outcome =
          claims.claimOnly(dinode.block(), DINODE, () -> field, block, BlockState.USED);
      if (outcome != Outcome.CLAIMED) {
        throw new AttributesTaken();
      }
      blocks++;
    }
  }
}
