/**
 * The lock-manager: grants glocks to nodes and asks for them back. Only the command and the
 * simulation call in; it imports the runtime and the protocol, and knows no blocks.
 */
@NullMarked
package glockenspiel.lockmanager;

import org.jspecify.annotations.NullMarked;
