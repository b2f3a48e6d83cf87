/**
 * Everything that hangs on one inode, for checking and freeing: over all the other sub-packages.
 *
 * <p>Anyone may call in; imports the JDK, JSpecify and {@code glockenspiel.ondisk} with its {@code
 * inode}, {@code directory} and {@code extendedattribute} only.
 */
@NullMarked
package glockenspiel.ondisk.walk;

import org.jspecify.annotations.NullMarked;
