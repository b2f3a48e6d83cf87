/**
 * Commands on an image file that no service has open: make, describe, check; look at journals,
 * replay and dump them. The command line calls in; it imports image, ondisk and the
 * journal-service's core and device.
 */
@NullMarked
package glockenspiel.cli.offline;

import org.jspecify.annotations.NullMarked;
