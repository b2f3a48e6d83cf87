/**
 * {@code glock demo}: a workload on a local cluster, a fault in the midst of it, the story of what
 * happened, and the evidence that every rule held. Nobody calls in but the command line; it imports
 * the cluster, the image checks, and the ports of the protocol.
 */
@NullMarked
package glockenspiel.cli.demo;

import org.jspecify.annotations.NullMarked;
