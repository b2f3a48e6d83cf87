/**
 * Resource groups: the index that lists them, their headers, and their bitmaps.
 *
 * <p>Anyone may call in; imports the JDK, JSpecify and {@code glockenspiel.ondisk} only.
 */
@NullMarked
package glockenspiel.ondisk.resourcegroup;

import org.jspecify.annotations.NullMarked;
