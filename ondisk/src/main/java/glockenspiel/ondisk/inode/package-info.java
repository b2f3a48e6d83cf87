/**
 * Inodes: the dinode, its tree of pointers, its extended attributes, and the small records that
 * system files hold.
 *
 * <p>Anyone may call in; imports the JDK, JSpecify and {@code glockenspiel.ondisk} only.
 */
@NullMarked
package glockenspiel.ondisk.inode;

import org.jspecify.annotations.NullMarked;
