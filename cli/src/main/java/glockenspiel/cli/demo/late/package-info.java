/**
 * What the old behaviour would have done: locks released at the withdraw, the journal replayed
 * later. Made of the product's own parts, none of which has a switch for it: two file systems on
 * one volume, and glocks that grant everything. The demo and tests call in.
 */
@NullMarked
package glockenspiel.cli.demo.late;

import org.jspecify.annotations.NullMarked;
