/**
 * What the machine and bare gRPC allow: the other side of every ratio. Benchmarks call in; it
 * imports nothing of the services.
 */
@NullMarked
package glockenspiel.bench.limit;

import org.jspecify.annotations.NullMarked;
