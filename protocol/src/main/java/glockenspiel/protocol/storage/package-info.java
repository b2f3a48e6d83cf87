/**
 * The words between a node and the journal-service: volumes, blocks, journals, log flushes, epochs,
 * errors. Pure values and one port; both ends call in; it imports the task seam and nothing else of
 * the project.
 */
@NullMarked
package glockenspiel.protocol.storage;

import org.jspecify.annotations.NullMarked;
