/**
 * The storage below the journal-service: the ports {@link glockenspiel.journal.device.BlockDevice}
 * and {@link glockenspiel.journal.device.EpochStore}, and their kinds: a file, memory that crashes
 * like a disk, and a wrapper that fails on purpose. The core, the wiring and the simulation call
 * in. The ports and the values are pure; only the file kinds know threads and files. It imports the
 * runtime and the protocol, and knows neither journals nor the core.
 */
@NullMarked
package glockenspiel.journal.device;

import org.jspecify.annotations.NullMarked;
