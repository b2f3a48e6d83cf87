/**
 * Freeze and thaw: a node's part in bringing the whole volume to rest, through the freeze glock.
 * Called by the node; imports the membership, glocks, events and the mounted file system. Pure.
 */
@NullMarked
package glockenspiel.node.freeze;

import org.jspecify.annotations.NullMarked;
