/**
 * The node's side of the glocks: the cache of held glocks with their holders, demotion, and the
 * session with the lock-manager. All other packages of the node-agent may call in; it imports the
 * protocol's words, the task seam, and nothing of its siblings.
 */
@NullMarked
package glockenspiel.node.glock;

import org.jspecify.annotations.NullMarked;
