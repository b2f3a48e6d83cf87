/**
 * A volume without a service: for commands on an image file. It opens the file, runs a serial owner
 * and a {@link glockenspiel.journal.core.Volume} on it, and waits for its answers. The command
 * calls in; it imports the core, the devices and the runtime.
 */
@NullMarked
package glockenspiel.journal.offline;

import org.jspecify.annotations.NullMarked;
