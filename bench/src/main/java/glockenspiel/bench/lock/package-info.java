/**
 * The lock-manager over real TCP, and its core alone, under loads of all shapes. Only {@code glock
 * bench} calls in; it imports the protocol, the node's end of a session and the lock-manager's
 * core.
 */
@NullMarked
package glockenspiel.bench.lock;

import org.jspecify.annotations.NullMarked;
