/**
 * The node-agent: caches glocks and blocks, changes the file system, and withdraws. Only the
 * command and the simulation call in; it imports the runtime, the protocol and the on-disk
 * structures, and never opens the device.
 */
@NullMarked
package glockenspiel.node;

import org.jspecify.annotations.NullMarked;
