/**
 * The journal-service: the only process that touches the device. Only the command and the
 * simulation call in; it imports the runtime, the protocol and the on-disk structures, and knows no
 * glocks.
 */
@NullMarked
package glockenspiel.journal;

import org.jspecify.annotations.NullMarked;
