/**
 * Recorded histories of a lock-manager's sessions, and what must be true of them: judged by what
 * was said and heard alone, whoever has played the nodes and whatever has carried the messages.
 * Called by the tests of the core and of the adapters. Imports {@code protocol.lock} only.
 */
@NullMarked
package glockenspiel.lockmanager.history;

import org.jspecify.annotations.NullMarked;
