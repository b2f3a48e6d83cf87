/** Parts of local clusters, and a cluster of separate processes. */
@NullMarked
package glockenspiel.cli.process;

import org.jspecify.annotations.NullMarked;
