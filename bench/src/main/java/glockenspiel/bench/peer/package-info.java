/**
 * Other lock services, started from Debian packages with the settings that they come with, and
 * driven by their usual Java clients. Only {@code glock bench} calls in; it imports those clients
 * and nothing of the project but the measuring.
 */
@NullMarked
package glockenspiel.bench.peer;

import org.jspecify.annotations.NullMarked;
