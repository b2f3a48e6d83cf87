package glockenspiel.cli.soak;

import java.nio.file.Path;

/**
 * What a soak is told.
 *
 * @param folder takes the image and the logs of all processes
 * @param nodes 2 or more
 * @param nanos begins no new round after this time
 * @param seed decides what is disturbed, and what clients want; the order between processes is the
 *     machine's
 * @param leaseMillis of the nodes
 */
record SoakSettings(Path folder, int nodes, long nanos, long seed, long leaseMillis) {}
