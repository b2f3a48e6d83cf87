/** Tests of the device: files, memory, faults, the state beside the image. */
@NullMarked
package glockenspiel.journal.device;

import org.jspecify.annotations.NullMarked;
