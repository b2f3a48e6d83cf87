/**
 * What the nodes of a demonstration do meanwhile: clients that create, write, append, overwrite,
 * link, unlink and read files, whose content says what it is, and that know afterwards what must be
 * there. The demo and tests call in; it imports the node's file system.
 */
@NullMarked
package glockenspiel.cli.workload;

import org.jspecify.annotations.NullMarked;
