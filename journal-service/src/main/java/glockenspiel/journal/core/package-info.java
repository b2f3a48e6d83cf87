/**
 * The journal-service's core: a volume with its journals, their fencing epochs, the writer, the
 * scanner and the replayer. Sans-I/O: it reaches the device and the state beside the image through
 * the ports of {@code glockenspiel.journal.device}, time through its serial owner and {@link
 * glockenspiel.journal.core.HeaderClock}. All of it belongs to one serial owner. The adapters, the
 * wiring, the command and the simulation call in, through {@link glockenspiel.journal.core.Volume};
 * it imports the on-disk structures, the runtime, the protocol's storage words and the ports.
 *
 * <p>The protocols, with their reasons, stand in {@code docs/protocols/journal.md}.
 */
@NullMarked
package glockenspiel.journal.core;

import org.jspecify.annotations.NullMarked;
