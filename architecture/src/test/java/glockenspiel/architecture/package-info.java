/** Holds every room to what it may know. Nobody calls in; it reads the classes of all rooms. */
@NullMarked
package glockenspiel.architecture;

import org.jspecify.annotations.NullMarked;
