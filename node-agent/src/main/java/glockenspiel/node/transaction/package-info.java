/**
 * How changes of blocks become durable: the block cache, transactions, the node's log with its
 * flushes, the active region of the journal (AIL, revokes, tail) and writing in place. The file
 * system calls in, and demotion through {@link glockenspiel.node.glock.GlockContents}; it imports
 * glock, withdraw, the protocol's words, ondisk and the task seam. The steps and why each is there:
 * docs/protocols/transactions.md.
 */
@NullMarked
package glockenspiel.node.transaction;

import org.jspecify.annotations.NullMarked;
