/** The command {@code glock bench}. */
@NullMarked
package glockenspiel.bench;

import org.jspecify.annotations.NullMarked;
