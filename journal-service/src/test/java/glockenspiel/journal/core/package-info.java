/** Tests of the core: images that the kernel replayed, crashes, fences, faults, fuzz. */
@NullMarked
package glockenspiel.journal.core;

import org.jspecify.annotations.NullMarked;
