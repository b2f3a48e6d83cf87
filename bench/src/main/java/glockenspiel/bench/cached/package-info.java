/**
 * The node side of a cached glock, measured by JMH. {@code glock bench} calls in; it imports the
 * node-agent's glocks.
 */
@NullMarked
package glockenspiel.bench.cached;

import org.jspecify.annotations.NullMarked;
