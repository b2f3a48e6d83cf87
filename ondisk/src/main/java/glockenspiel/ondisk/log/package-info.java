/**
 * What a journal is made of: log headers, descriptors with their tags, revokes, and the escape of
 * journaled data.
 *
 * <p>A flush is written as METADATA descriptors, each followed by its block images; JDATA
 * descriptors with theirs; a REVOKE descriptor with its continuation blocks; and one log header.
 * Positions count a journal's blocks from 0 and wrap at its end. Anyone may call in; imports the
 * JDK, JSpecify and {@code glockenspiel.ondisk} only.
 */
@NullMarked
package glockenspiel.ondisk.log;

import org.jspecify.annotations.NullMarked;
