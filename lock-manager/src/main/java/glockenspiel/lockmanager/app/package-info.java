/**
 * The lock-manager as a program: its settings, its logs, and what starts it. Only the command calls
 * in; it imports everything of the lock-manager.
 */
@NullMarked
package glockenspiel.lockmanager.app;

import org.jspecify.annotations.NullMarked;
