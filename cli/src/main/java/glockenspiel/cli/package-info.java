/**
 * {@code glock}, one program for operators, developers and demos. Nobody calls in; it may import
 * every room.
 */
@NullMarked
package glockenspiel.cli;

import org.jspecify.annotations.NullMarked;
