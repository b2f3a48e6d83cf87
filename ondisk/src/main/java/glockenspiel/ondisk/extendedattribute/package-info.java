/**
 * Extended attributes, as far as it takes to find all their blocks and name them: for checking and
 * freeing an inode. Nothing is written.
 *
 * <p>Anyone may call in; imports the JDK, JSpecify, {@code glockenspiel.ondisk} and its {@code
 * inode} only.
 */
@NullMarked
package glockenspiel.ondisk.extendedattribute;

import org.jspecify.annotations.NullMarked;
