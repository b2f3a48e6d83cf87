/**
 * Measurements of the journal-service: appends, blocks and replays. The command calls in, and who
 * measures beside peers; it imports the journal-service's core for images that nobody serves, and
 * the node-agent's client.
 */
@NullMarked
package glockenspiel.bench.storage;

import org.jspecify.annotations.NullMarked;
