/**
 * Other services that lock or that make bytes durable, started from Debian packages, or from the
 * libraries in {@code bench/peers}, with the settings that they come with, and driven by their
 * usual Java clients. Only {@code glock bench} calls in; it imports those clients and of the
 * project the measuring, and the loads that stand beside theirs.
 */
@NullMarked
package glockenspiel.bench.peer;

import org.jspecify.annotations.NullMarked;
