/**
 * The withdraw: how a node that can no longer be trusted with the storage leaves the cluster so
 * that a peer replays its journal before anyone gets a lock on what it may overwrite. Called by
 * every other package of the node-agent through {@link glockenspiel.node.withdraw.WithdrawTrigger}.
 * It imports glock, recovery, event and the protocol's words.
 */
@NullMarked
package glockenspiel.node.withdraw;

import org.jspecify.annotations.NullMarked;
