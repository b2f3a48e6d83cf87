/**
 * How a node sees to journals whose owners are gone: as a peer while it is mounted, and as the
 * first mounter. Called by the withdraw and the core; it imports glock, event, the file system's
 * port and the protocol's words.
 */
@NullMarked
package glockenspiel.node.recovery;

import org.jspecify.annotations.NullMarked;
