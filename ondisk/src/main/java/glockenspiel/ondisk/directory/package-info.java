/**
 * Directories: entries, the blocks that hold them (a linear directory's dinode, or a leaf), and the
 * hash table that finds the leaf.
 *
 * <p>Entries are found, inserted and removed inside one block. Splitting a leaf, doubling a hash
 * table and turning a linear directory into a hashed one are not here: an insertion that finds no
 * room says {@link glockenspiel.ondisk.directory.EntryBlock#NO_ROOM}. Anyone may call in; imports
 * the JDK, JSpecify, {@code glockenspiel.ondisk} and its {@code inode} only.
 */
@NullMarked
package glockenspiel.ondisk.directory;

import org.jspecify.annotations.NullMarked;
