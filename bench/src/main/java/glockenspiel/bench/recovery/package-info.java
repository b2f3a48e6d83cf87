/**
 * A whole cluster in this process, over real sockets, that loses a node. {@code glock bench} calls
 * in; it imports the local cluster of the command line.
 */
@NullMarked
package glockenspiel.bench.recovery;

import org.jspecify.annotations.NullMarked;
