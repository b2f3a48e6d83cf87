package glockenspiel.image;

import glockenspiel.ondisk.Superblock;
import glockenspiel.ondisk.inode.StatfsChange;

/**
 * What {@link ImageFormat} made.
 *
 * @param superblock as written
 * @param blocks size of the volume, in blocks: the end of the last resource group
 * @param resourceGroups number of resource groups, one for each journal among them
 * @param journals number of journals
 * @param journalBlocks blocks of each journal
 * @param statfs the master statfs file
 */
public record FormattedImage(
    Superblock superblock,
    long blocks,
    int resourceGroups,
    int journals,
    long journalBlocks,
    StatfsChange statfs) {}
