/**
 * Servers in processes of their own, which end with the benchmark. Benchmarks call in; it imports
 * the wiring of the services that it starts.
 */
@NullMarked
package glockenspiel.bench.process;

import org.jspecify.annotations.NullMarked;
